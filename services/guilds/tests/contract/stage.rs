//! What the suite acts on.

use async_trait::async_trait;
use contract::{
    Part, Receipt, Wishes,
    grpc::{Remote, ServiceToken, serve},
};
use engine_bus::{MemoryBus, MemoryFanout};
use engine_sql::{
    Outside,
    testing::{Scratch, sqlite},
};
use files_contract::Upload;
use guilds_contract::{
    Channel, ChannelDraft, Guild, GuildDraft, Guilds, GuildsClient, Invite, InviteDraft, Role, RoleDraft, serve_guilds,
};
use kernel::{
    Caller, ChannelId, Difference, Event, GuildId, Limit, Page, Problem, Reader, Result, SessionId, StreamName,
    Timestamp, UserId, permissions::Permissions,
};
use people_contract::{Block, Friend, People, Picture, Profile, ProfileEdit, Settings, SettingsEdit};
use ports::{Fanout, ManualClock, OsRandom};
use std::sync::Arc;

pub(crate) struct Stage {
    pub(crate) guilds: Arc<dyn Guilds>,
    pub(crate) clock: Arc<ManualClock>,
    /// Where the service's events are heard.
    pub(crate) fanout: Arc<dyn Fanout>,
    /// Ends the server of a remote stage.
    _running: Option<tokio::sync::oneshot::Sender<()>>,
    scratch: Scratch,
}

pub(crate) async fn local() -> Stage {
    let scratch = sqlite().await;
    let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
    let fanout: Arc<dyn Fanout> = Arc::new(MemoryFanout::default());
    let outside = Outside {
        clock: clock.clone(),
        random: Arc::new(OsRandom),
        fanout: fanout.clone(),
        bus: Arc::new(MemoryBus::default()),
    };
    let guilds = guilds::build(
        scratch.database.clone(),
        &outside,
        Arc::new(Everybody),
        Arc::new(files_contract::Nowhere),
        guilds::Config::default(),
    )
    .await
    .expect("built");
    Stage { guilds, clock, fanout, _running: None, scratch }
}

pub(crate) async fn remote() -> Stage {
    let local = local().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let uri = format!("http://{}", listener.local_addr().expect("bound"));
    let (running, stopped) = tokio::sync::oneshot::channel();
    let server = serve_guilds(local.guilds.clone());
    let token = ServiceToken::new(&"t".repeat(32)).expect("a token");
    tokio::spawn(serve(vec![server], token.clone(), listener, async move { drop(stopped.await) }));
    let guilds = Arc::new(GuildsClient(Remote::new(&uri, token).expect("an address")));
    Stage { guilds, _running: Some(running), ..local }
}

fn profile(user: UserId, display_name: String) -> Profile {
    Profile {
        id: user,
        handle: format!("person{user}"),
        display_name,
        avatar: None,
        banner: None,
        accent_color: None,
        bio: String::new(),
        pronouns: String::new(),
        status: None,
        created_at: Timestamp(0),
    }
}

/// Ids to 999 are people: `Person 7`.
struct Everybody;

#[async_trait]
impl People for Everybody {
    async fn ensure(&self, user: UserId, display_name: String) -> Result<Profile> {
        Ok(profile(user, display_name))
    }
    async fn find(&self, user: UserId) -> Result<Option<Profile>> {
        let display_name = format!("Person {user}");
        Ok((user.0 < 1_000).then(|| profile(user, display_name)))
    }
    async fn by_handle(&self, _: String) -> Result<Option<Profile>> {
        Ok(None)
    }
    async fn set_picture(&self, _: Caller, _: Picture, _: Option<Upload>) -> Result<Profile> {
        Err(Problem::not_found("user"))
    }
    async fn settings(&self, _: Caller) -> Result<Settings> {
        Err(Problem::not_found("user"))
    }
    async fn edit_settings(&self, _: Caller, _: SettingsEdit) -> Result<Settings> {
        Err(Problem::not_found("user"))
    }
    async fn profiles(&self, _: Vec<UserId>) -> Result<Vec<Profile>> {
        Err(Problem::not_found("list"))
    }
    async fn named(&self, _: String, _: u32) -> Result<Vec<UserId>> {
        Ok(Vec::new())
    }
    async fn edit(&self, _: Caller, _: ProfileEdit) -> Result<Profile> {
        Err(Problem::not_found("user"))
    }
    async fn friends(&self, _: Caller, _: Limit, _: Option<String>) -> Result<Page<Friend>> {
        Err(Problem::not_found("user"))
    }
    async fn befriend(&self, _: Caller, _: UserId) -> Result<Friend> {
        Err(Problem::not_found("user"))
    }
    async fn unfriend(&self, _: Caller, _: UserId) -> Result<()> {
        Err(Problem::not_found("user"))
    }
    async fn friends_among(&self, _: UserId, _: Vec<UserId>) -> Result<Vec<UserId>> {
        Ok(Vec::new())
    }
    async fn blocks(&self, _: Caller, _: Limit, _: Option<String>) -> Result<Page<Block>> {
        Err(Problem::not_found("user"))
    }
    async fn block(&self, _: Caller, _: UserId) -> Result<Block> {
        Err(Problem::not_found("user"))
    }
    async fn unblock(&self, _: Caller, _: UserId) -> Result<()> {
        Err(Problem::not_found("user"))
    }
    async fn difference(&self, _: Reader, _: StreamName, _: i64) -> Result<Difference> {
        Err(Problem::not_found("stream"))
    }
    async fn export(&self, _: UserId, _: Option<String>) -> Result<Part> {
        Ok(Part::default())
    }
    async fn erase(&self, _: UserId, _: Wishes) -> Result<Receipt> {
        Err(Problem::not_found("user"))
    }
    async fn scrub(&self) -> Result<()> {
        Ok(())
    }
    async fn snapshot(&self, _: Option<String>) -> Result<Part> {
        Ok(Part::default())
    }
}

pub(crate) const ADA: Caller = person(1);
pub(crate) const BOB: Caller = person(2);
pub(crate) const CID: Caller = person(3);
pub(crate) const EVE: Caller = person(4);

pub(crate) const fn person(id: i64) -> Caller {
    Caller { user: UserId(id), session: SessionId(id), role: kernel::InstanceRole::Member }
}

impl Stage {
    /// A guild of Ada's with these members.
    pub(crate) async fn guild(&self, members: &[Caller]) -> Guild {
        let draft = GuildDraft { name: "The Guild".into() };
        let guild = self.guilds.create_guild(ADA, draft).await.expect("made");
        if !members.is_empty() {
            let invite = self.invite(ADA, guild.id, None).await;
            for member in members {
                self.clock.advance_seconds(1);
                self.guilds.accept_invite(*member, invite.code.clone()).await.expect("joined");
            }
        }
        self.guilds.guild(ADA, guild.id).await.expect("there")
    }

    /// A role of Ada's making, below all others.
    pub(crate) async fn role(&self, guild: GuildId, permissions: Permissions) -> Role {
        let draft = RoleDraft { name: "Role".into(), color: None, hoisted: false, permissions };
        self.guilds.create_role(ADA, guild, draft).await.expect("made")
    }

    /// Takes the database away.
    pub(crate) async fn close(&self) {
        self.scratch.database.close().await;
    }

    pub(crate) async fn invite(&self, caller: Caller, guild: GuildId, max_uses: Option<i32>) -> Invite {
        let draft = InviteDraft { expires_in: None, max_uses };
        self.guilds.create_invite(caller, guild, draft).await.expect("made")
    }

    pub(crate) async fn channel(&self, guild: GuildId, private: bool, allowed: &[Caller]) -> Channel {
        let allowed = allowed.iter().map(|c| c.user).collect();
        let draft = ChannelDraft { name: "den".into(), topic: None, private, allowed };
        self.guilds.create_channel(ADA, guild, draft).await.expect("made")
    }

    pub(crate) async fn general(&self, guild: GuildId) -> Channel {
        self.guilds.channels(ADA, guild).await.expect("list").items.remove(0)
    }

    /// The ids of the channels that `caller` sees in a guild.
    pub(crate) async fn seen(&self, caller: Caller, guild: GuildId) -> Vec<ChannelId> {
        let page = self.guilds.channels(caller, guild).await.expect("list");
        page.items.iter().map(|c| c.id).collect()
    }

    pub(crate) async fn log(&self, stream: StreamName) -> Vec<Event> {
        self.guilds.difference(Reader::Service, stream, 0).await.expect("log").events
    }

    pub(crate) async fn kinds(&self, stream: StreamName) -> Vec<String> {
        self.log(stream).await.into_iter().map(|e| e.kind).collect()
    }

    pub(crate) async fn last(&self, stream: StreamName) -> Event {
        self.log(stream).await.pop().expect("an event")
    }
}

pub(crate) fn own(caller: Caller) -> StreamName {
    StreamName::user("guilds", caller.user)
}

/// What a refusal says to programs: `404 not_found`, `422 name_empty name`.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T>) -> String {
    let problem = answer.expect_err("refused");
    let field = problem.field.as_ref().map(|f| format!(" {f}")).unwrap_or_default();
    format!("{} {}{field}", problem.status(), problem.code)
}
