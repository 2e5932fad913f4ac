use clap::{Parser, Subcommand};
use guildhall::{
    commands,
    config::{Config, Flags},
};
use kernel::Result;
use std::{path::PathBuf, process::ExitCode};

/// Self-hosted, real-time chat for communities, in one program.
#[derive(Parser)]
#[command(name = "guildhall", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the web client, the API and the sockets. What `guildhall` alone does, too.
    Serve,
    /// Fills an empty install with a lively sample community.
    Demo,
    /// Copies all data into a new folder, also while Guildhall runs.
    Backup {
        /// The folder to make
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Fills an empty data folder from a backup. Who was erased since is erased again.
    Restore {
        /// The folder that `guildhall backup` made
        #[arg(long, value_name = "FOLDER")]
        from: PathBuf,
        /// Who was erased: the folder `blobs/erased` of the data folder until now, or a file that `guildhall ledger` wrote
        #[arg(long, value_name = "PATH", conflicts_with = "without_ledger")]
        ledger: Option<PathBuf>,
        /// Nobody was erased since the backup, or nothing tells any more who was
        #[arg(long)]
        without_ledger: bool,
    },
    /// Writes down who was erased, to be kept away from this machine and given to a restore. Also while Guildhall runs.
    Ledger {
        /// The file to write, in the place of what is there
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Asks the Guildhall that runs with these settings whether it is ready. For health checks.
    Health,
    /// Moves a stopped install from its data folder to PostgreSQL, and files to S3. Can be interrupted and run again.
    Migrate {
        /// The database: postgres://user:password@host/database
        #[arg(long, value_name = "URL", required_unless_present = "blobs_to")]
        to: Option<String>,
        /// Where files are to be kept: s3://key:secret@bucket?endpoint=https://host:9000
        #[arg(long, value_name = "URL")]
        blobs_to: Option<String>,
    },
    /// Lists, shows, makes, appoints, suspends and deletes accounts, also while Guildhall runs.
    User {
        #[command(subcommand)]
        command: commands::UserCommand,
        /// Answer as JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// Says who may register, and makes codes that let people in, also while Guildhall runs.
    Registration {
        #[command(subcommand)]
        command: commands::RegistrationCommand,
        /// Answer as JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// Rotates the keys that sign sessions and seal secrets, also while Guildhall runs.
    Keys {
        #[command(subcommand)]
        command: commands::KeysCommand,
        /// Answer as JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// Lists what operators and moderators did.
    Audit(commands::Audit),
    /// Says what is wrong, and how to mend it. Changes nothing, and may run beside the server.
    Doctor,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = run(cli.command.unwrap_or(Command::Serve), Config::load(&cli.flags));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("guildhall: {}", problem.detail);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, config: Result<Config>) -> Result<()> {
    match command {
        Command::Serve => commands::serve(&config?),
        Command::Demo => commands::demo(&config?),
        Command::Backup { to } => commands::backup(&config?, &to),
        Command::Restore { from, ledger, without_ledger } => {
            commands::restore(&config?, &from, ledger.as_deref(), without_ledger)
        }
        Command::Ledger { to } => commands::ledger(&config?, &to),
        Command::Migrate { to, blobs_to } => commands::migrate(&config?, to.as_deref(), blobs_to.as_deref()),
        Command::User { command, json } => commands::user(&config?, command, json),
        Command::Registration { command, json } => commands::registration(&config?, command, json),
        Command::Keys { command, json } => commands::keys(&config?, command, json),
        Command::Audit(asked) => commands::audit(&config?, &asked),
        Command::Health => commands::health(&config?),
        Command::Doctor => commands::doctor(config),
    }
}
