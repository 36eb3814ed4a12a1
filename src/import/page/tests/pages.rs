//! The pages.

/// A text page as a scraper leaves it: a skip link, curly quotes, numbered sub-headings, an empty section, a contact
/// block with a hidden address, a closing paragraph.
pub(super) const LIGHT_THERAPY: &str = "\u{feff}Skip to main content\r\n\r\n\
Bright Mornings: 2 Reasons Light Boxes Help\r\n\r\n\
A light box is a lamp that you sit beside after waking. At Heron Landing Sleep Clinic, we lend them to people whose winters are long\u{2019}er than they\u{a0}should be.\r\n\r\n\
How Light Sets the Clock\r\n\r\n\
Cells in the eye report the dawn to the brain.\r\n\r\n\
The brain then moves the hour at which you tire.\r\n\r\n\
Light Boxes Side by Side\r\n\r\n\
What You May Notice\r\n\r\n\
These are what people tell us after the first weeks:\r\n\r\n\
1. Earlier Evenings\r\n\r\n\
Most grow tired about an hour sooner.\r\n\r\n\
2. Steadier Mornings\r\n\r\n\
The alarm clock wakes fewer of them from deep sleep.\r\n\r\n\
Is a Light Box Right for You?\r\n\r\n\
Tell us about your eyes before you begin.\r\n\r\n\
Visit Us About Light\r\n\r\n\
Ask for a trial at Heron Landing Sleep Clinic whenever you like.\r\n\r\n\
Address:\r\n4210 Egret Hollow Rd, Suite 12, Lake Verity, FL 33499\r\n\r\n\
Connect:\r\nPhone: (561) 555-0144\r\nEmail: [email protected]\r\n\r\n\
We look forward to brighter mornings with you.\r\n";

/// An HTML page with everything around the article that sites have.
pub(super) const SPRAINS: &str = r##"<!DOCTYPE html>
<html lang="en"><head>
<title>Caring for a Sprain | Egret Hollow Clinic</title>
<meta property="og:site_name" content="Egret Hollow Clinic">
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
  {"@type": "WebPage", "name": "Caring for a Sprain"},
  {"@type": ["MedicalClinic", "LocalBusiness"], "name": "Egret Hollow Clinic", "telephone": "+1-561-555-0144",
   "address": {"@type": "PostalAddress", "streetAddress": "4210 Egret Hollow Rd, Suite 12", "addressLocality": "Lake Verity",
               "addressRegion": "FL", "postalCode": "33499", "addressCountry": "US"}}]}</script>
<style>body { color: black }</style></head>
<body>
<a class="skip-link" href="#content">Skip to main content</a>
<header><img src="/logo.png" alt="Egret Hollow"><nav><ul><li><a href="/">Home</a></li><li><a href="/care">Care</a></li></ul></nav></header>
<main id="content">
  <h1>Caring for a Sprain</h1>
  <p>Rest, ice and <strong>patience:</strong> see <a href="https://example.org/ice_(care)">how ice works</a>.</p>
  <h4>The first day</h4>
  <ul><li>Raise the foot</li><li>Cool it<ul><li>ten minutes at a time</li></ul></li></ul>
  <h6>Dose</h6>
  <table><tr><th>Age</th><th>Ice</th></tr><tr><td>Adult</td><td>10|15 min</td></tr></table>
  <h2>Later</h2>
  <figure><img src="/pictures/ankle.jpg?w=300" alt=""><figcaption>An ankle</figcaption></figure>
  <p>Write to <a href="/cdn-cgi/l/email-protection#aa">[email&#160;protected]</a> or <a href="javascript:chat()">chat</a>.</p>
  <form><label>Your name</label><input name="name"><button>Send</button></form>
  <h2>Contact us</h2>
  <address>4210 Egret Hollow Rd, Suite 12<br>Lake Verity, FL 33499</address>
</main>
<aside>More on ankles</aside>
<footer><p>Email: <a href="mailto:desk@egrethollow.example">desk@egrethollow.example</a></p><p>Fax: (561) 555-0145</p>
<p>&copy; 2025 Egret Hollow Clinic</p></footer>
<script>track()</script>
</body></html>"##;
