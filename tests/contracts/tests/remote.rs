//! What holds between processes, whatever the contract: the token, several processes behind one name, broken connections.

use contract::{
    Part, Receipt, Wishes,
    grpc::{Remote, ServiceToken, serve},
};
use files_contract::Upload;
use kernel::{Caller, Difference, Kind, Limit, Page, Problem, Reader, Result, StreamName, UserId};
use people_contract::{
    Block, Friend, People, PeopleClient, Picture, Profile, ProfileEdit, Settings, SettingsEdit, serve_people,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
};
use tokio::{net::TcpListener, runtime::Runtime};

/// People who are counted, and who may take for ever to answer.
#[derive(Default)]
struct Counter {
    asked: AtomicU32,
    hangs: AtomicBool,
}

impl Counter {
    async fn ask(&self) {
        self.asked.fetch_add(1, SeqCst);
        if self.hangs.load(SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}

#[contract::reexport::async_trait]
impl People for Counter {
    async fn ensure(&self, _: UserId, _: String) -> Result<Profile> {
        Err(Problem::unavailable("Busy."))
    }
    async fn find(&self, _: UserId) -> Result<Option<Profile>> {
        self.ask().await;
        Ok(None)
    }
    async fn by_handle(&self, _: String) -> Result<Option<Profile>> {
        Ok(None)
    }
    async fn set_picture(&self, _: Caller, _: Picture, _: Option<Upload>) -> Result<Profile> {
        Err(Problem::not_found("person"))
    }
    async fn settings(&self, _: Caller) -> Result<Settings> {
        Ok(Settings::default())
    }
    async fn edit_settings(&self, _: Caller, _: SettingsEdit) -> Result<Settings> {
        Ok(Settings::default())
    }
    async fn profiles(&self, _: Vec<UserId>) -> Result<Vec<Profile>> {
        Ok(Vec::new())
    }
    async fn named(&self, _: String, _: u32) -> Result<Vec<UserId>> {
        Ok(Vec::new())
    }
    async fn edit(&self, _: Caller, _: ProfileEdit) -> Result<Profile> {
        self.ask().await;
        Err(Problem::not_found("person"))
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
        Err(Problem::not_found("person"))
    }
    async fn scrub(&self) -> Result<()> {
        Ok(())
    }
    async fn snapshot(&self, _: Option<String>) -> Result<Part> {
        Ok(Part::default())
    }
}

fn token(letter: &str) -> ServiceToken {
    ServiceToken::new(&letter.repeat(32)).expect("a token")
}

/// A process of its own, as far as connections can tell: gone, with all of them, when dropped.
struct Process {
    people: Arc<Counter>,
    address: String,
    runtime: Option<Runtime>,
}

impl Process {
    fn start() -> Self {
        let people = Arc::new(Counter::default());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        runtime.spawn(serve(vec![serve_people(people.clone())], token("t"), listener, std::future::pending()));
        Self { people, address, runtime: Some(runtime) }
    }

    fn asked(&self) -> u32 {
        self.people.asked.load(SeqCst)
    }

    fn end(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// A test on a thread of its own, beside the processes' runtimes.
fn on_a_runtime(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(test);
}

#[test]
fn who_has_another_token_is_told_nothing() {
    let process = Process::start();
    on_a_runtime(async {
        let people = PeopleClient(Remote::new(&process.address, token("x")).expect("an address"));
        assert_eq!(people.find(UserId(1)).await.expect_err("refused").kind, Kind::Internal);
        assert_eq!(process.asked(), 0);
        let people = PeopleClient(Remote::new(&process.address, token("t")).expect("an address"));
        assert_eq!(people.find(UserId(1)).await.expect("answered"), None);
    });
    assert!(ServiceToken::new("short").is_err());
}

#[test]
fn all_processes_are_asked_in_turn_and_one_that_is_gone_is_passed_over() {
    let (mut one, other) = (Process::start(), Process::start());
    on_a_runtime(async {
        let both = format!("{}, {}", one.address, other.address);
        let people = PeopleClient(Remote::new(&both, token("t")).expect("addresses"));
        for _ in 0..10 {
            people.find(UserId(1)).await.expect("answered");
        }
        assert!(one.asked() >= 4 && other.asked() >= 4, "{} and {}", one.asked(), other.asked());
        one.end();
        for _ in 0..20 {
            people.find(UserId(1)).await.expect("answered by the other");
        }
    });
}

#[test]
fn a_broken_call_is_asked_again_only_where_that_is_harmless() {
    let (one, mut other) = (Process::start(), Process::start());
    on_a_runtime(async {
        let both = format!("{}, {}", one.address, other.address);
        let people = Arc::new(PeopleClient(Remote::new(&both, token("t")).expect("addresses")));
        other.people.hangs.store(true, SeqCst);
        // Two calls, one to each; then the process with the one that hangs goes.
        let calls: Vec<_> = (0..2)
            .map(|_| {
                let people = people.clone();
                tokio::spawn(async move { people.find(UserId(1)).await })
            })
            .collect();
        while other.asked() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        other.end();
        for call in calls {
            assert_eq!(call.await.expect("no panic").expect("answered"), None);
        }
        assert_eq!(one.asked(), 2);
    });
}

#[test]
fn a_refusal_comes_as_it_is_and_is_not_asked_again() {
    let process = Process::start();
    on_a_runtime(async {
        let people = PeopleClient(Remote::new(&process.address, token("t")).expect("an address"));
        let busy = people.ensure(UserId(1), "Ada".into()).await.expect_err("refused");
        assert_eq!((busy.kind, &*busy.detail), (Kind::Unavailable, "Busy."));
        let caller = Caller { user: UserId(1), session: kernel::SessionId(1), role: kernel::InstanceRole::Member };
        let edit = ProfileEdit { display_name: Some("Ada".into()), ..ProfileEdit::default() };
        assert_eq!(people.edit(caller, edit).await.expect_err("refused").kind, Kind::NotFound);
        assert_eq!(process.asked(), 1);
    });
}

#[test]
fn an_address_that_cannot_be_is_refused() {
    on_a_runtime(async {
        for bad in ["", "people:9000", "http://people", "https://people:9000", "http://people:9000/path"] {
            let refused = Remote::new(bad, token("t")).err().expect(bad);
            assert_eq!(refused.code, "bad_service_address", "{bad}");
        }
    });
}
