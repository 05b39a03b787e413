/// A struct with named fields, recorded as they are declared.
#[derive(Debuggable)]
struct Order {
    id: u64,
    #[debuggable(rename = "lines", alias = "items")]
    entries: Vec<Line>,
    #[debuggable(default)]
    note: Option<String>,
    #[debuggable(skip)]
    total: Option<u64>,
    #[debuggable(with = "url_text")]
    url: Url,
    #[debuggable(serde)]
    address: Address,
    #[debuggable(reducer, default = "Connection::closed")]
    connection: Connection,
    #[debuggable(placeholder(debug))]
    socket: std::net::TcpStream,
    r#type: u8,
}
