//! Who carries the mail, as the settings have it: the mail server of `CMS_SMTP_URL`, else a folder in the data
//! directory, which is said once.

use url::{Host, Url};

use super::Failure;
use crate::{config::Config, mail::Carrier};

/// The sender where neither a setting nor a host name gives one.
const LOCAL_SENDER: &str = "clinic-cms@localhost";

/// The carrier of this installation, whose API stands at `public_url`.
///
/// # Errors
/// [`Failure`] with the setting to mend.
pub fn carrier(config: &Config, public_url: &str) -> Result<Carrier, Failure> {
    let from = config.mail_from.as_ref().map_or_else(|| sender(public_url), ToString::to_string);
    let refused = |error| Failure::failed(format!("CMS_SMTP_URL or CMS_MAIL_FROM: {error}"));
    if let Some(server) = &config.smtp_url {
        return Carrier::server(server, &from).map_err(refused);
    }
    let folder = config.data_dir.join("mail");
    tracing::info!(folder = %folder.display(), "CMS_SMTP_URL is not set; mail is written to files");
    Carrier::folder(folder, &from).map_err(refused)
}

/// `no-reply@` the host of the API; an address literal is no domain that mail could come from.
fn sender(public_url: &str) -> String {
    let url = Url::parse(public_url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(host)) => format!("no-reply@{host}"),
        _ => LOCAL_SENDER.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_comes_from_the_host_of_the_api_where_it_has_a_name() {
        assert_eq!(sender("https://api.clinic.example"), "no-reply@api.clinic.example");
        assert_eq!(sender("http://localhost:8080"), "no-reply@localhost");
        for bare in ["http://127.0.0.1:8080", "http://[::1]:8080", ""] {
            assert_eq!(sender(bare), LOCAL_SENDER, "{bare}");
        }
        for url in ["https://api.clinic.example", "http://localhost:1", "http://127.0.0.1"] {
            assert!(Carrier::folder("mail".into(), &sender(url)).is_ok(), "{url}");
        }
    }
}
