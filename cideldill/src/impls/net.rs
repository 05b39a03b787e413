//! Internet addresses.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::record::{variants, via};

variants! {
    [] OctetsV4 {
        0 "std::Ipv4Addr" plain (0 octets: [u8; 4]) => [OctetsV4(octets)];
    };
    [] OctetsV6 {
        0 "std::Ipv6Addr" plain (0 octets: [u8; 16]) => [OctetsV6(octets)];
    };
    [] IpAddr {
        0 "std::IpAddr::V4" plain (0 address: Ipv4Addr) => [IpAddr::V4(address)];
        1 "std::IpAddr::V6" plain (0 address: Ipv6Addr) => [IpAddr::V6(address)];
    } <Self as Ord>::cmp;
    [] SocketPartsV4 {
        0 "std::SocketAddrV4" named (0 ip: Ipv4Addr, 1 port: u16) => [SocketPartsV4 { ip, port }];
    };
    [] SocketPartsV6 {
        0 "std::SocketAddrV6"
            named (0 ip: Ipv6Addr, 1 port: u16, 2 flowinfo: u32, 3 scope_id: u32)
            => [SocketPartsV6 { ip, port, flowinfo, scope_id }];
    };
    [] SocketAddr {
        0 "std::SocketAddr::V4" plain (0 address: SocketAddrV4) => [SocketAddr::V4(address)];
        1 "std::SocketAddr::V6" plain (0 address: SocketAddrV6) => [SocketAddr::V6(address)];
    } socket_order;
}

/// Field by field, as they are written: which fields `Ord` compares is not promised.
fn socket_v6_order(a: &SocketAddrV6, b: &SocketAddrV6) -> Ordering {
    let fields = |address: &SocketAddrV6| {
        let (flow, scope) = (address.flowinfo(), address.scope_id());
        (*address.ip(), address.port(), flow, scope)
    };
    fields(a).cmp(&fields(b))
}

fn socket_order(a: &SocketAddr, b: &SocketAddr) -> Ordering {
    match (a, b) {
        (SocketAddr::V6(a), SocketAddr::V6(b)) => socket_v6_order(a, b),
        (a, b) => a.cmp(b),
    }
}

struct OctetsV4([u8; 4]);

struct OctetsV6([u8; 16]);

struct SocketPartsV4 {
    ip: Ipv4Addr,
    port: u16,
}

struct SocketPartsV6 {
    ip: Ipv6Addr,
    port: u16,
    flowinfo: u32,
    scope_id: u32,
}

via! {
    [] Ipv4Addr: OctetsV4,
        |address: &Self| Ok::<_, crate::Error>(OctetsV4(address.octets())),
        |parts: OctetsV4| Ok(Self::from(parts.0)),
        <Self as Ord>::cmp;
    [] Ipv6Addr: OctetsV6,
        |address: &Self| Ok::<_, crate::Error>(OctetsV6(address.octets())),
        |parts: OctetsV6| Ok(Self::from(parts.0)),
        <Self as Ord>::cmp;
    [] SocketAddrV4: SocketPartsV4,
        |address: &Self| Ok::<_, crate::Error>(SocketPartsV4 {
            ip: *address.ip(),
            port: address.port(),
        }),
        |parts: SocketPartsV4| Ok(Self::new(parts.ip, parts.port)),
        <Self as Ord>::cmp;
    [] SocketAddrV6: SocketPartsV6,
        |address: &Self| Ok::<_, crate::Error>(SocketPartsV6 {
            ip: *address.ip(),
            port: address.port(),
            flowinfo: address.flowinfo(),
            scope_id: address.scope_id(),
        }),
        |parts: SocketPartsV6| {
            Ok(Self::new(parts.ip, parts.port, parts.flowinfo, parts.scope_id))
        },
        socket_v6_order;
}
