//! How a program finds the server of its machine: by what its environment says, in this order.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use cideldill::transport::Sender;
use cideldill::transport::client::Http;
use cideldill::{compute_cid, decode};

use crate::server::{ServerProcess, command};

/// What a client process is told to send.
const NUMBER: &str = "CIDELDILL_TEST_NUMBER";

/// Run by [`sends`] in a process of its own; alone it has nothing to do.
#[test]
fn task_of_a_client_that_looks_for_its_server() {
    let Ok(number) = std::env::var(NUMBER) else {
        return;
    };
    let number: u32 = number.parse().unwrap();
    let cid = Sender::new(Http::discover()).send(&number).unwrap();
    assert_eq!(decode::<u32>(cid, &Http::discover()).unwrap(), number);
}

/// Whether a client with this environment, and nothing else of it, gets this number to its server.
fn sends(number: u32, environment: &[(&str, &str)]) -> bool {
    let mut client = Command::new(std::env::current_exe().unwrap());
    client.args([
        "--exact",
        "discovery::task_of_a_client_that_looks_for_its_server",
    ]);
    for variable in [
        "CIDELDILL_HOME",
        "CIDELDILL_PORT_FILE",
        "CIDELDILL_SERVER_URL",
        "CIDELDILL_TOKEN",
    ] {
        client.env_remove(variable);
    }
    client.envs(environment.iter().copied());
    client.env(NUMBER, number.to_string());
    client.output().unwrap().status.success()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_url_goes_before_a_port_file_and_that_before_the_home() {
    let homes = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let servers = homes
        .each_ref()
        .map(|home| ServerProcess::start(home.path()));
    let has = |server: &ServerProcess, number: u32| {
        let cid = compute_cid(&number).unwrap();
        decode::<u32>(cid, &server.http()).is_ok()
    };
    let port_file = homes[1].path().join("port");
    let home = ("CIDELDILL_HOME", text(homes[0].path()));
    let file = ("CIDELDILL_PORT_FILE", text(&port_file));
    let url = ("CIDELDILL_SERVER_URL", servers[2].url.as_str());
    // In the directory of the user, if nothing else is said.
    let user = tempfile::tempdir().unwrap();
    let own = user.path().join(".cideldill");
    std::fs::create_dir(&own).unwrap();
    std::fs::copy(homes[0].path().join("port"), own.join("port")).unwrap();
    let empty = ("CIDELDILL_SERVER_URL", "");
    let slash = format!("{}/", servers[2].url);
    let slash = ("CIDELDILL_SERVER_URL", slash.as_str());
    for (number, environment, found) in [
        (1, &[home][..], 0),
        (2, &[home, file], 1),
        (3, &[home, file, url], 2),
        (4, &[url], 2),
        (5, &[("HOME", text(user.path()))], 0),
        (6, &[home, empty], 0),
        (7, &[home, slash], 2),
    ] {
        assert!(sends(number, environment), "{environment:?}");
        for (at, server) in servers.iter().enumerate() {
            assert_eq!(has(server, number), at == found, "{environment:?}, {at}");
        }
    }
}

#[test]
fn the_token_comes_from_the_environment_on_both_sides() {
    let home = tempfile::tempdir().unwrap();
    let server = command(home.path())
        .args(["serve", "--port", "0"])
        .env("CIDELDILL_TOKEN", "secret")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let _server = ServerProcess::of(server);
    let home = ("CIDELDILL_HOME", text(home.path()));
    assert!(!sends(1, &[home]));
    assert!(!sends(1, &[home, ("CIDELDILL_TOKEN", "wrong")]));
    assert!(sends(1, &[home, ("CIDELDILL_TOKEN", "secret")]));
}

/// The file says no address: clients would ask this port of 127.0.0.1, whoever is there.
#[test]
fn a_server_that_is_not_where_clients_look_writes_no_port_file() {
    let home = tempfile::tempdir().unwrap();
    let mut server = command(home.path())
        .args(["serve", "--port", "0", "--address", "127.0.0.2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut says = BufReader::new(server.stdout.take().unwrap());
    says.read_line(&mut line).unwrap();
    assert!(line.starts_with("http://127.0.0.2:"), "{line:?}");
    assert!(!home.path().join("port").exists());
    server.kill().unwrap();
    server.wait().unwrap();
}
