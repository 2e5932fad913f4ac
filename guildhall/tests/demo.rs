//! The sample community: it is made once, and a visitor can walk in.

mod common;

use common::{Folder, Server, program, refusal};
use serde_json::{Value, json};

#[test]
fn a_visitor_walks_into_a_real_place() {
    let folder = Folder::new();
    let output = program(&folder).args(["demo", "--data"]).arg(folder.data()).output().expect("the program starts");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let password = said.split("with the password ").nth(1).and_then(|rest| rest.lines().next()).expect("a password");

    let again = refusal(program(&folder).args(["demo", "--data"]).arg(folder.data()));
    assert!(again.contains("already has accounts") && again.contains("--data"), "{again}");

    let server = Server::start(&folder);
    let credentials = json!({ "email": "ada@demo.example", "password": password });
    let signed_in = server.call("POST", "/api/v1/sessions", None, Some(&credentials)).expect(201);
    assert_eq!(signed_in["user"]["operator"], true);
    let token = signed_in["access_token"].as_str();
    let overview = server.call("GET", "/api/v1/overview", token, None).expect(200);
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let guilds = list(&overview["guilds"]);
    let channels: Vec<Value> = guilds.iter().flat_map(|guild| list(&guild["channels"])).collect();
    let number = |channel: &Value, key: &str| channel["head"][key].as_i64().expect("a number");
    let unread = channels.iter().filter(|c| number(c, "number") > number(c, "marker")).count();
    let messages: i64 = channels.iter().map(|c| number(c, "number")).sum();
    assert_eq!((guilds.len(), channels.len()), (5, 27));
    assert!(messages > 2_000 && unread > 3 && unread < 20, "{messages} messages, {unread} channels unread");
    assert!(
        channels.iter().filter(|c| c["channel"]["private"] == true).count() == 3,
        "Ada sees three private channels"
    );
    assert!(list(&overview["directs"]).len() > 5);

    let busiest = channels.iter().max_by_key(|c| number(c, "number")).expect("a channel");
    let path = format!("/api/v1/channels/{}/messages?limit=100", common::text(&busiest["channel"]["id"]));
    let page = server.call("GET", &path, token, None).expect(200);
    let times: Vec<String> = list(&page["items"]).iter().map(|m| common::text(&m["sent_at"])).collect();
    assert!(times.len() == 100 && times.is_sorted(), "told out of order: {times:?}");
}
