//! One look for all mails: plain, inline, at home on dark and light. Mail programs keep little of a page's style, so that what
//! matters stands at each element.

use super::texts::PARTS;
use crate::rules::Language;

const LINE_CHARS: usize = 72;

/// The mail in text and in HTML.
pub(super) fn lay_out(said: &[String; PARTS], link: &str, host: &str, language: Language) -> (String, String) {
    let [subject, happened, todo, button, note] = said;
    let text = format!("{}\n\n{}\n\n{link}\n\n{}\n\n-- \nGuildhall · {host}\n", wrap(happened), wrap(todo), wrap(note));
    let [subject, happened, todo, button, note, host, link] =
        [subject, happened, todo, button, note, host, link].map(escape);
    let lang = language.code();
    let html = format!(
        r##"<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>
@media (prefers-color-scheme: dark) {{
  .page {{ background: #16161d !important; }}
  .card {{ background: #22222c !important; }}
  .ink {{ color: #ececf3 !important; }}
  .pale {{ color: #a3a3b5 !important; }}
}}
</style>
</head>
<body class="page" style="margin: 0; padding: 0; background: #f3f3f8;">
<div class="page" style="padding: 32px 16px; background: #f3f3f8; font-family: Inter, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 16px; line-height: 1.55;">
<div class="card" style="max-width: 480px; margin: 0 auto; padding: 32px; border-radius: 16px; background: #ffffff;">
<p class="pale" style="margin: 0 0 20px; color: #6a6a7c; font-size: 14px; font-weight: 600;">Guildhall &middot; {host}</p>
<h1 class="ink" style="margin: 0 0 16px; color: #1b1b24; font-size: 22px; line-height: 1.3;">{subject}</h1>
<p class="ink" style="margin: 0 0 12px; color: #1b1b24;">{happened}</p>
<p class="ink" style="margin: 0 0 24px; color: #1b1b24;">{todo}</p>
<p style="margin: 0 0 24px;"><a href="{link}" style="display: inline-block; padding: 12px 20px; border-radius: 10px; background: #5b4bdb; color: #ffffff; font-weight: 600; text-decoration: none;">{button}</a></p>
<p class="pale" style="margin: 0 0 12px; color: #6a6a7c; font-size: 14px;">{note}</p>
<p class="pale" style="margin: 0; color: #6a6a7c; font-size: 12px; word-break: break-all;">{link}</p>
</div>
</div>
</body>
</html>
"##
    );
    (text, html)
}

/// Breaks lines between words.
fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + 8);
    let mut chars = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if chars > 0 && chars + 1 + length > LINE_CHARS {
            wrapped.push('\n');
            chars = 0;
        } else if chars > 0 {
            wrapped.push(' ');
            chars += 1;
        }
        wrapped.push_str(word);
        chars += length;
    }
    wrapped
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
