//! What was left of a collection or changed in it, and why, so that nothing goes missing in silence.

use serde::Serialize;

use super::bounded::BROKEN;

/// How many characters of a left piece are kept.
const SHOWN_CHARS: usize = 80;

/// One thing that was left or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Why.
    pub why: Why,
    /// The source's own words for it, shortened.
    pub what: String,
    /// How many more of the same article are not named.
    pub more: usize,
}

impl Finding {
    /// A finding, its words shortened.
    pub fn new(why: Why, what: impl Into<String>) -> Self {
        let what: String = what.into();
        let line = what.split_whitespace().collect::<Vec<_>>().join(" ");
        let readable = |c: char| if c == BROKEN { char::REPLACEMENT_CHARACTER } else { c };
        let mut shown: String = line.chars().filter(|c| !c.is_control()).map(readable).take(SHOWN_CHARS).collect();
        if line.chars().count() > SHOWN_CHARS {
            shown.push('\u{2026}');
        }
        Self { why, what: shown, more: 0 }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident $code:literal $loss:literal $sentence:literal,)+) => {
        /// Why something was left or changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Why {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Why {
            /// The stable code, in snake case.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Whether something of the source is not here now.
            #[must_use]
            pub const fn is_loss(self) -> bool {
                match self { $(Self::$name => $loss,)+ }
            }

            /// One sentence for people that also says what they can do.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }
    };
}

reasons! {
    /// A reader's comment.
    Comment "comment" true "Comments of readers are not imported.",
    /// A file of the media library.
    MediaNotImported "media_not_imported" true "Files are not brought along: keep the old addresses up, or move the files and change the addresses.",
    /// An entry of a menu.
    MenuItem "menu_item" true "Menus belong to the front end.",
    /// Templates, styles and settings of the old site's look.
    SiteDesign "site_design" true "Templates and styles belong to the front end.",
    /// A block that several posts share.
    ReusableBlock "reusable_block" true "A block that posts share is no article; where a post used it, add its text by hand.",
    /// A type that a plugin made.
    CustomType "custom_type" true "Only posts and pages become articles; take this over by hand if it is needed.",
    /// It was in the trash.
    InTrash "in_trash" true "It was in the trash; take it out there and import again if it is wanted.",
    /// Begun and never saved.
    NeverSaved "never_saved" true "It was begun and never saved.",
    /// A classification for which there is no field.
    TaxonomyNotImported "taxonomy_not_imported" true "Only categories and tags are imported.",
    /// A field that a plugin or a theme made.
    CustomField "custom_field" true "An article has no such field; take over by hand what is still needed.",
    /// A field of the front matter that means nothing here.
    UnknownField "unknown_field" true "An article has no such field.",
    /// A field that cannot be read.
    FieldUnreadable "field_unreadable" true "The field cannot be read and was left out.",
    /// A placeholder of a plugin.
    ShortcodeRemoved "shortcode_removed" true "What this placeholder made is not imported; the text between its ends was kept.",
    /// A block that the old site filled at each visit.
    DynamicBlock "dynamic_block" true "The old site made this block's content at each visit; it has none to import.",
    /// A card that has no HTML.
    CardNotImported "card_not_imported" true "This card holds nothing that an article can.",
    /// The second author and those after.
    FurtherAuthor "further_author" true "An article has one author; name the others in its text.",
    /// A tag that readers never saw.
    InternalTag "internal_tag" true "Tags that begin with # steer the old site's theme.",
    /// Scripts and styles of one post.
    CodeInjection "code_injection" true "Scripts and styles are not imported.",
    /// A file that is no Markdown.
    NotMarkdown "not_markdown" true "Only files that end in .md or .markdown are read.",
    /// An address that no redirect can be made of.
    AddressUnusable "address_unusable" true "No redirect can be made of this address.",
    /// A term above that does not exist, or stands below itself.
    ParentUnusable "parent_unusable" true "The category above it does not exist, stands below it, or would make the tree deeper than ten levels.",
    /// A relation to something that is not here.
    RelationUnknown "relation_unknown" true "It names something that is not here.",
    /// An old path that already leads elsewhere.
    RedirectTaken "redirect_taken" true "This old path already leads elsewhere; look at the redirects.",
    /// A cover that has no absolute address.
    CoverUnusable "cover_unusable" true "A cover needs an absolute http(s) address.",
    /// An entry of a list beyond what an article holds.
    TooMany "too_many" true "An article holds no more of them.",
    /// A table that does not fit the form of its source.
    RowUnreadable "row_unreadable" true "A row does not have the form that it should have.",
    /// No title.
    NoTitle "no_title" true "It has no title; give it one and import again.",
    /// Bytes that are no text.
    Undecodable "undecodable" true "It is not UTF-8; save it with that encoding and import again.",
    /// More than is read.
    TooLarge "too_large" true "It is larger than an article can be; split it.",
    /// Nothing that can be read as a text.
    NoReadableBody "no_readable_body" true "Its text stands in a form that is not read; publish it once there, and export again.",
    /// Front matter that is not well-formed.
    BadFrontMatter "bad_front_matter" true "Its front matter cannot be read.",
    /// The second category and those after.
    CategoryBecameTag "category_became_tag" false "An article stands in one category; the others became tags.",
    /// The slug was not one of ours, or another article has it.
    SlugChanged "slug_changed" false "Its slug was not free or not in the form of ours; the old path leads to it all the same.",
    /// A summary over 500 characters.
    SummaryShortened "summary_shortened" false "A summary holds 500 characters at most.",
    /// Characters that no text holds.
    ControlCharacters "control_characters" false "Control characters were removed.",
    /// It was not public there.
    WasPrivate "was_private" false "It was not public there.",
    /// A frame of another site.
    EmbedBecameLink "embed_became_link" false "What was embedded from another site became a link.",
    /// The name of the file stands in as title.
    TitleGuessed "title_guessed" false "It has no title of its own; the first heading or the name of the file stands in.",
}

impl Serialize for Why {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
