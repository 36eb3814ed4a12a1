//! Every reason to doubt an inquiry, with its weight. The table of docs/SPAM.md is this one.

/// Makes the reasons: each with its name as it is stored and its weight.
macro_rules! reasons {
    ($($(#[doc = $doc:tt])+ $reason:ident = $name:tt, $weight:tt;)+) => {
        /// Why an inquiry may not be a patient's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Reason {
            $($(#[doc = $doc])+ $reason,)+
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$reason,)+];

            /// The name as it is stored.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$reason => $name,)+
                }
            }

            /// What it adds to the score, by itself. Of words of advertisements it is what one plain phrase adds.
            pub fn weight(self) -> i16 {
                match self {
                    $(Self::$reason => $weight,)+
                }
            }
        }
    };
}

reasons! {
    /// The field that people never see was filled.
    Honeypot = "honeypot", 100;
    /// The form came back faster than anybody types; or the page fetched its form late.
    TooFast = "too_fast", 6;
    /// The form was open for longer than its token lasts, as in a forgotten tab.
    ExpiredFormToken = "expired_form_token", 2;
    /// The form asks for a proof of work, and none came.
    ProofMissing = "proof_missing", 5;
    /// The proof of work is none, or none of this form's.
    ProofWrong = "proof_wrong", 6;
    /// The proof of work came after its end.
    ProofExpired = "proof_expired", 3;
    /// The proof of work was used before. Only the database knows.
    ProofReplayed = "proof_replayed", 5;
    /// A name with an address of the web in it.
    LinkInName = "link_in_name", 8;
    /// One address of the web that is not the clinic's.
    Link = "link", 2;
    /// Two of them.
    Links = "links", 3;
    /// Three to five.
    ManyLinks = "many_links", 5;
    /// Six and more.
    LinkFarm = "link_farm", 9;
    /// A link that hides where it leads.
    ShortenedLink = "shortened_link", 4;
    /// A link into a channel of a messenger.
    ChannelLink = "channel_link", 4;
    /// Links as forums write them, which neither people nor their mail programs make.
    ForumMarkup = "forum_markup", 12;
    /// Links as HTML.
    HtmlMarkup = "html_markup", 5;
    /// More than three e-mail addresses.
    ManyRecipients = "many_recipients", 4;
    /// Offers of search ranking, web design, mailing lists and leads.
    MarketingWords = "marketing_words", 4;
    /// Coins, trading, returns.
    InvestmentWords = "investment_words", 4;
    /// Casinos and bets.
    CasinoWords = "casino_words", 4;
    /// Money to borrow from strangers.
    LoanWords = "loan_words", 4;
    /// Advertisements for medicines. The name of a medicine alone is none.
    PharmacyWords = "pharmacy_words", 4;
    /// Prizes, inheritances, money for a reply.
    PrizeWords = "prize_words", 4;
    /// Sex for sale.
    AdultWords = "adult_words", 4;
    /// Money from home, followers, subscribers.
    PromotionWords = "promotion_words", 4;
    /// A way out of a mailing, as only mailings have it.
    MailingWords = "mailing_words", 4;
    /// Most letters are of a script that none of the languages is written in.
    ForeignScript = "foreign_script", 3;
    /// Words that mix letters of two scripts which look alike.
    MixedScripts = "mixed_scripts", 5;
    /// Letters dressed up to pass a filter.
    StyledLetters = "styled_letters", 5;
    /// A name that no language makes.
    GibberishName = "gibberish_name", 4;
    /// A message without a word in it.
    GibberishMessage = "gibberish_message", 5;
    /// The message says the name and nothing else.
    MessageIsName = "message_is_name", 3;
    /// The given name is the family name.
    NameTwice = "name_twice", 2;
    /// A capital within a name, as bots end theirs.
    NameTail = "name_tail", 2;
    /// An address at a provider of addresses for ten minutes.
    DisposableAddress = "disposable_address", 3;
    /// An address with more dots than it needs.
    DottedAddress = "dotted_address", 2;
    /// Capitals throughout.
    AllCapitals = "all_capitals", 1;
    /// Exclamation marks in rows.
    Exclamations = "exclamations", 1;
    /// The same line or sentence again and again.
    RepeatedText = "repeated_text", 3;
    /// The same words from other contacts within a day. Only the database knows.
    SameWords = "same_words", 5;
    /// Many inquiries of one contact within a day. Only the database knows.
    ContactLimit = "contact_limit", 5;
    /// A service brought less than the form asks for.
    Incomplete = "incomplete", 5;
    /// The service that brought it takes it for spam.
    SpamAtSource = "spam_at_source", 18;
}
