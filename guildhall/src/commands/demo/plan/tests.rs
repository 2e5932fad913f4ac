use super::*;
use crate::commands::demo::cast;

const FROM: Timestamp = Timestamp(1_790_000_000_000);
const UNTIL: Timestamp = Timestamp(1_790_000_000_000 + 21 * DAY);

fn scripts() -> Vec<(&'static str, Vec<&'static str>, Script)> {
    let parse = |name, script| Script::parse(script).unwrap_or_else(|why| panic!("{name}: {why}"));
    let all = cast::GUILDS.iter().flat_map(|guild| {
        guild.channels.iter().map(move |channel| {
            let people: Vec<&str> = match channel.allowed {
                Some(allowed) => allowed.iter().chain([&guild.owner]).copied().collect(),
                None => guild.members.iter().chain([&guild.owner]).copied().collect(),
            };
            (channel.name, people, parse(channel.name, channel.script))
        })
    });
    all.collect()
}

fn plans() -> Vec<(&'static str, Vec<Post>)> {
    let random = SeededRandom::new(7);
    let plan = |(name, people, script): (_, Vec<&str>, Script)| {
        let regulars = people.iter().map(ToString::to_string).collect();
        (name, Planner::new(&random, regulars, FROM, UNTIL).plan(&script, None))
    };
    scripts().into_iter().map(plan).collect()
}

#[test]
fn everyone_who_speaks_is_there() {
    let everyone: Vec<&str> = cast::PEOPLE.iter().map(|(key, _)| *key).collect();
    for (name, people, script) in scripts() {
        assert!(people.iter().all(|key| everyone.contains(key)), "{name}");
        for line in script.scenes.iter().flat_map(|scene| &scene.lines) {
            let there = line.speaker.len() == 1 || people.contains(&line.speaker.as_str());
            assert!(there, "{name}: {} isn't there to say: {}", line.speaker, line.text);
        }
    }
    for scene in Script::parse(cast::DIRECTS).expect("a script").scenes {
        assert_eq!(scene.between.len(), 2);
        assert!(scene.lines.iter().all(|line| scene.between.contains(&line.speaker)), "{:?}", scene.between);
    }
}

#[test]
fn the_story_is_long_and_never_repeats_itself() {
    let mut total = 0;
    for (name, posts) in plans() {
        total += posts.len();
        let mut said = HashSet::new();
        for text in posts.iter().map(|p| &p.text).filter(|t| t.chars().count() > SMALL_TALK_CHARS) {
            assert!(said.insert(text), "{name}: said again: {text}");
        }
        for post in &posts {
            assert!(!post.text.is_empty() && post.speaker.len() > 1, "{name}: {}", post.text);
            assert!(!post.text.contains(['‹', '›', '¦', '$']) || post.text.contains("```"), "{name}: {}", post.text);
            kernel::Text::parse(&post.text).expect("it can be sent");
        }
    }
    assert!((2_300..=3_500).contains(&total), "{total} messages");
}

#[test]
fn time_goes_forward_and_ends_in_time() {
    for (name, posts) in plans() {
        let mut last = FROM;
        for (i, post) in posts.iter().enumerate() {
            assert!(post.at >= last, "{name}: {} goes back", post.text);
            assert!(post.at <= UNTIL && post.at.0.rem_euclid(DAY) >= WAKE, "{name}: {}", post.at);
            assert!(post.answers.is_none_or(|to| to < i), "{name}: it answers what isn't said yet");
            last = post.at;
        }
        assert!(UNTIL.0 - last.0 < 3 * DAY, "{name} ends at {last}");
    }
}

#[test]
fn all_that_markdown_can_do_is_shown() {
    let texts: String = plans().iter().flat_map(|(_, posts)| posts).map(|p| format!("{}\n", p.text)).collect();
    for shown in
        ["**", "~~", "||", "\n> ", "\n- ", "\n1. ", "```rust", "```python", "```sql", "```css", "|---|", "- [x]", "`"]
    {
        assert!(texts.contains(shown), "no {shown}");
    }
    for language in ['あ', '好', 'ه', 'ש', 'é', 'ñ', '🔥'] {
        assert!(texts.contains(language), "no {language}");
    }
}
