//! The words of advertisements by family, English and Spanish, folded as [`Folded`] has them. Patients write the names of
//! medicines, ask about prices, financing, websites and discounts, and tell of gambling: what stands here is how
//! advertisers write and patients do not. A family adds four for each phrase of its own and one for each word that only
//! hints, and never more than [`MOST`]: no family alone makes spam.

use super::{prose::Folded, reason::Reason};

/// The most that a family adds.
const MOST: i16 = 9;
/// The most that words add which only hint.
const MOST_HINTS: i16 = 2;

struct Family {
    reason: Reason,
    /// Phrases that advertisers use.
    telling: &'static [&'static str],
    /// Words that patients use as well.
    hinting: &'static [&'static str],
}

/// The families that a text belongs to, each with what it adds.
pub fn found(text: &Folded) -> Vec<(Reason, i16)> {
    let points = |family: &Family| {
        let count = |phrases: &[&str]| phrases.iter().filter(|phrase| text.holds(phrase)).count();
        let (telling, hinting) = (count(family.telling), count(family.hinting));
        let telling = i16::try_from(telling).unwrap_or(i16::MAX).saturating_mul(family.reason.weight());
        let hinting = i16::try_from(hinting).unwrap_or(i16::MAX).min(MOST_HINTS);
        telling.saturating_add(hinting).min(MOST)
    };
    FAMILIES.iter().map(|family| (family.reason, points(family))).filter(|(_, points)| *points > 0).collect()
}

const FAMILIES: [Family; 9] = [
    Family {
        reason: Reason::MarketingWords,
        telling: &[
            "seo", "backlink*", "guest post*", "link building", "domain authority", "search engine optimi*", "google ranking*",
            "rank higher", "rank your", "rank on google", "first page of google", "page 1 of google", "top of google",
            "google first page", "organic traffic", "website traffic", "traffic to your", "visitors to your website",
            "more traffic", "targeted traffic", "web traffic", "digital marketing", "marketing agency", "marketing services",
            "web design", "website design", "web development", "website development", "redesign your website", "redesign your site",
            "your website design", "mobile app development", "app development", "wordpress developer", "explainer video*",
            "promo video", "video animation", "lead generation", "generate leads", "generate more leads", "qualified leads",
            "leads for your", "email list", "mailing list of", "database of businesses", "contact forms of", "contact form blast*",
            "contact form marketing", "send your message to millions", "message to website owners", "email marketing",
            "bulk email", "cold email", "grow your business", "boost your business", "boost your sales", "more customers",
            "your online presence", "online visibility", "ranking in google", "google maps ranking", "google reviews for",
            "remove negative reviews", "buy reviews", "business directory listing", "list your business",
            "expired domain*", "sell you the domain", "domain name is", "domain is for sale", "business funding",
            "virtual assistant*", "outsourc*", "white label", "found some issues with your website", "errors on your website",
            "audit of your website", "free audit", "website audit", "noticed that your website", "came across your website",
            "visited your website", "was on your website", "looking at your website", "browsing your website",
            "found your website on", "reviewing your website", "posicionamiento web", "posicionamiento en google",
            "marketing digital", "diseno web", "paginas web", "trafico web", "primeros lugares de google",
            "primera pagina de google", "mas clientes", "su presencia en linea", "redes sociales de su negocio",
            "base de datos de empresas", "chatgpt for your", "ai agent*", "ai chatbot*", "ai receptionist",
        ],
        hinting: &[
            "your website", "your site", "your business", "your company", "clients", "roi", "our agency", "our team of experts",
            "case studies", "competitors", "proposal", "quote for your", "su sitio web", "su empresa", "su negocio",
            "our services", "we offer", "we provide", "ofrecemos", "quick call", "15 minute call", "free quote", "affordable price*",
        ],
    },
    Family {
        reason: Reason::InvestmentWords,
        telling: &[
            "bitcoin", "bitcoins", "btc", "cryptocurrenc*", "crypto trading", "crypto invest*", "crypto wallet*", "ethereum",
            "blockchain", "binary option*", "binary trading", "forex", "trading platform", "trading bot", "trading signals",
            "passive income", "financial freedom", "return on investment of", "guaranteed profit*", "guaranteed return*",
            "daily profit*", "profit daily", "invest with", "minimum investment", "investment opportunit*", "double your money",
            "nft", "airdrop", "usdt", "recovery of funds", "recover your lost", "stock alert", "stock pick*", "penny stock*",
            "criptomoneda*", "inversion minima", "ingresos pasivos", "libertad financiera", "ganancias diarias",
            "ganancias garantizadas", "invertir en",
        ],
        hinting: &["crypto", "invest", "investment", "investor*", "profit*", "trading", "withdraw*", "broker", "inversion", "ganancias"],
    },
    Family {
        reason: Reason::CasinoWords,
        telling: &[
            "online casino*", "casino bonus*", "casino online", "best casino*", "casino games", "free spins", "slot machine*",
            "slots online", "online slots", "sports betting", "betting site*", "online betting", "bet now", "poker online",
            "online poker", "roulette", "jackpot", "no deposit bonus", "welcome bonus", "judi online", "situs", "gacor", "togel",
            "bandar", "casino en linea", "casinos online", "apuestas deportivas", "giros gratis", "bono de bienvenida",
        ],
        hinting: &["casino", "casinos", "bets", "betting", "gambling", "slots", "apuestas"],
    },
    Family {
        reason: Reason::LoanWords,
        telling: &[
            "loan offer*", "loans offer*", "apply for a loan", "business loan*", "personal loans", "payday loan*", "instant loan*",
            "quick loan*", "loan without", "loan amount*", "loan at", "low interest rate*", "interest rate of", "no collateral", "no credit check",
            "bad credit", "debt consolidation", "refinanc*", "merchant cash advance", "working capital", "line of credit for your",
            "funding for your business", "pre approved", "prestamo rapido", "prestamos rapidos", "prestamos personales",
            "oferta de prestamo", "tasa de interes", "sin aval", "mortgage rate*", "lowest rate*", "credit repair",
        ],
        hinting: &["loan", "loans", "lender", "borrow*", "funding", "mortgage", "prestamo", "prestamos", "credito"],
    },
    Family {
        reason: Reason::PharmacyWords,
        telling: &[
            "buy viagra", "cheap viagra", "viagra online", "generic viagra", "order viagra", "buy cialis", "cheap cialis",
            "cialis online", "generic cialis", "buy levitra", "online pharmac*", "canadian pharmac*", "canada pharmac*",
            "no prescription needed", "without prescription", "without a prescription", "no rx", "buy xanax", "buy tramadol",
            "buy oxycodone", "buy adderall", "buy ozempic", "buy ambien", "buy valium", "buy phentermine", "buy modafinil",
            "pills online", "meds online", "cheap meds", "cheap pills", "discreet shipping", "discreet packaging",
            "overnight delivery", "enlargement", "penis enlarg*", "male enhancement", "weight loss pills", "fat burner*",
            "miracle cure", "lose weight fast", "keto gummies", "cbd gummies", "cbd oil for sale", "anabolic steroids",
            "comprar viagra", "viagra sin receta", "sin receta medica", "farmacia online", "farmacia en linea",
            "pastillas baratas", "adelgazar rapido", "envio discreto",
        ],
        hinting: &["viagra", "cialis", "levitra", "herbal", "supplements for sale", "wholesale", "steroids"],
    },
    Family {
        reason: Reason::PrizeWords,
        telling: &[
            "you have won", "youve won", "you won", "have been selected", "been selected to receive", "been awarded", "u have won",
            "claim your prize", "claim your gift", "claim your reward", "to claim call", "to claim your prize", "claim code", "claim call", "claim now", "claim 2", "prize*", "won a", "have won", "cash or", "cash prize*", "await collection", "awaiting collection", "chance to win", "win a free", "be entered", "entered into", "prize draw", "draw shows", "been awarded", "cs apply", "ts and cs", "account statement for", "un redeemed", "identifier code", "valid 12hrs", "land line", "per msg", "150p", "national rate", "trying to contact you", "tried to contact you",  "lottery", "lucky winner*", "are a winner", "as a winner", "gift card from",
            "free gift", "cash award", "next of kin", "inheritance", "beneficiary of", "million dollars", "million usd", "million united",
            "united states dollars", "deceased client", "late husband", "confidential business", "business proposal",
            "unclaimed", "transfer of the sum", "compensation payment", "atm card", "urgent response", "barrister",
            "diplomat", "ha ganado", "usted gano", "ha sido seleccionado", "reclame su", "premio*", "loteria", "herencia",
            "millones de dolares", "guaranteed call", "call now from", "per min*", "po box", "150ppm", "claim ur",
        ],
        hinting: &["congratulations", "congrats", "reward*", "claim", "won", "win", "cash", "urgent", "award*", "guaranteed", "felicidades", "gratis"],
    },
    Family {
        reason: Reason::AdultWords,
        telling: &[
            "sexy girls", "hot girls", "sexy singles", "hot singles", "naked", "nude*", "porn*", "xxx", "escort*", "webcam girl*",
            "camgirl*", "adult dating", "dating site*", "sex tonight", "looking for sex", "sex chat", "sex dating", "horny",
            "local singles", "singles in your area", "hookup*", "onlyfans", "my private photos", "my hot photos", "chicas calientes",
            "chicas desnudas", "sexo esta noche", "contactos sexo", "meet girls", "flirt", "milf",
        ],
        hinting: &["sexy", "dating", "adult", "singles", "girls", "18"],
    },
    Family {
        reason: Reason::PromotionWords,
        telling: &[
            "work from home and", "working from home and", "work at home", "make money", "earn money", "extra income", "earn up to", "money online", "online job*", "part time job*",
            "data entry job*", "be your own boss", "followers", "subscribers", "subscribe", "my channel", "our channel",
            "check out my", "check out this", "check out our", "check my", "check this", "out my channel", "on youtube", "my videos", "my video", "my music", "my playlist", "this playlist", "my page", "my cover", "like my", "share this", "thumbs up", "my website", "my blog", "my store", "per month online", "start working from home", "money at home", "money online", "text back", "reply yes", "free msg", "freemsg", "mobileupd8", "camcorder", "free ringtone", "free camera phone", "line rental", "latest mobile", "free minutes", "texts and", "weekly draw", "wkly", "polyphonic",  "please subscribe", "like and share", "click here", "click below", "click the link", "click on the link", "click this link",
            "visit our website", "visit our site", "visit my", "limited time", "limited offer", "special offer*", "best price*", "best offer*", "act now",
            "buy now", "order now", "shop now", "sign up now", "join now", "join us", "text stop", "ringtone*", "gift voucher", "free entry", "txt",
            "half price", "replica watch*", "rolex", "louis vuitton", "cheap jordans", "factory price", "manufacturer in china",
            "leading manufacturer", "our factory", "software for sale", "cracked", "hacker for hire", "hire a hacker", "essay writing",
            "write my essay", "trabaje desde casa", "trabajo desde casa", "gane dinero", "ganar dinero", "haga clic", "haz clic",
            "oferta especial", "oferta limitada", "suscribete", "seguidores", "compre ahora", "promo code", "coupon code", "discount code",
        ],
        hinting: &["offer", "offers", "free", "discount*", "sale", "cheap*", "deal", "deals", "promo*", "channel", "video", "videos", "visit", "website", "oferta", "ofertas", "descuento*", "bonus", "vote for", "money back", "shipping"],
    },
    Family {
        reason: Reason::MailingWords,
        telling: &[
            "unsubscribe", "opt out", "optout", "be removed from", "remove me from your mailing", "remove your website from", "remove me from this list",
            "reply stop", "to stop receiving", "stop receiving", "this is an advertisement", "if you no longer wish",
            "do not wish to receive", "not interested in receiving", "darse de baja", "cancelar la suscripcion", "para no recibir",
        ],
        hinting: &["newsletter", "sent via your", "this message was sent"],
    },
];
