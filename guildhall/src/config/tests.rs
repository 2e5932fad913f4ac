use super::*;

fn read(toml: &str, flags: &Flags) -> Result<Config> {
    Config::from(Figment::new().merge(Toml::string(toml)).merge(Serialized::defaults(flags)))
}

#[test]
fn what_is_absent_has_its_default_and_flags_win() {
    let config = read("", &Flags::default()).expect("defaults");
    assert_eq!((config.listen.as_str(), config.data, config.public_url), ("127.0.0.1:8080", "data".into(), None));
    let flags = Flags { listen: Some("[::1]:0".into()), ..Flags::default() };
    let toml = "listen = '0.0.0.0:80'\ndata = '/srv/guildhall'\n[log]\nformat = 'json'";
    let config = read(toml, &flags).expect("readable");
    assert_eq!((config.listen.as_str(), config.data.to_str()), ("[::1]:0", Some("/srv/guildhall")));
    assert_eq!(
        (config.address(), config.sender()),
        ("http://[::1]:0".into(), "Guildhall <guildhall@localhost>".into())
    );
    let config =
        read("public_url = 'https://chat.example.org/'\ntrusted_proxies = '10.0.0.0/8'", &flags).expect("readable");
    assert_eq!(config.address(), "https://chat.example.org");
    assert_eq!(config.sender(), "Guildhall <guildhall@chat.example.org>");
    let config = read(toml, &flags).expect("readable");
    assert_eq!((config.log.level.as_str(), config.log.format), ("info,async_nats=off", LogFormat::Json));
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    let said = |toml| read(toml, &Flags::default()).expect_err("refused").detail.into_owned();
    let unknown = said("lisen = ':80'");
    assert!(unknown.contains("lisen") && unknown.contains("listen, data, public_url"), "{unknown}");
    let nested = said("[log]\ncolour = true");
    assert!(nested.contains("log.colour") && nested.contains("level, format"), "{nested}");
    let shape = said("listen = 8080");
    assert!(shape.contains("listen") && shape.contains("8080") && shape.contains("string"), "{shape}");
    let proxy = said("trusted_proxies = ['nginx']");
    assert!(proxy.contains("trusted_proxies") && proxy.contains("nginx"), "{proxy}");
    let variant = said("[log]\nformat = 'xml'");
    assert!(variant.contains("log.format") && variant.contains("text, json"), "{variant}");
    let deflate = said("[socket]\ndeflate_from_bytes = 70000");
    assert!(deflate.contains("70000") && deflate.contains("0 (nothing is deflated) to 65536"), "{deflate}");
    for nonsense in ["-1", "'256'", "1.5", "true"] {
        let toml = format!("[socket]\ndeflate_from_bytes = {nonsense}");
        let deflate = read(&toml, &Flags::default()).expect_err("refused").detail.into_owned();
        assert!(deflate.contains("socket.deflate_from_bytes"), "{deflate}");
    }
    for url in ["chat.example.org", "https://", "https://chat.example.org/path", "ftp://x"] {
        let toml = format!("public_url = '{url}'");
        assert!(read(&toml, &Flags::default()).expect_err("refused").detail.contains(url));
    }
}

#[test]
fn providers_are_tables_of_their_own_whose_secret_is_never_shown() {
    let toml = "[accounts.providers.google]\nkind = 'oidc'\ntitle = 'Google'\nissuer = 'https://accounts.google.com'\n\
                client_id = 'id'\nclient_secret = 'canary'\n[accounts.providers.github]\nkind = 'github'\nclient_id = 'x'";
    let config = read(toml, &Flags::default()).expect("readable");
    assert_eq!(config.accounts.providers.keys().collect::<Vec<_>>(), ["github", "google"]);
    assert!(!format!("{config:?}").contains("canary"));
    let said = |toml| read(toml, &Flags::default()).expect_err("refused").detail.into_owned();
    let kind = said("[accounts.providers.x]\nkind = 'saml'\nclient_id = 'x'");
    assert!(kind.contains("accounts.providers.x.kind") && kind.contains("oidc, github"), "{kind}");
    let unknown = said("[accounts.providers.x]\nkind = 'oidc'\nsecret = 'canary'");
    assert!(unknown.contains("accounts.providers.x.secret") && !unknown.contains("canary"), "{unknown}");
    let number = said("[accounts.providers.x]\nkind = 'oidc'\nclient_id = 'x'\nclient_secret = 4711");
    assert!(!number.contains("4711"), "{number}");
}
