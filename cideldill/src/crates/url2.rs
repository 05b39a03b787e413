//! `url` 2: the text in the crate's normal form.

use std::any::type_name;

use url::Url;

use crate::error::{Error, ErrorKind};
use crate::impls::out_of_range;
use crate::impls::record::{variants, via};

variants! {
    [] Text {
        0 "std::crate::url::Url" plain (0 text: String) => [Text(text)];
    };
}

struct Text(String);

via! {
    [] Url: Text,
        |url: &Self| Ok::<_, Error>(Text(url.as_str().to_owned())),
        |text: Text| parse(&text.0),
        |a, b| a.as_str().cmp(b.as_str());
}

fn parse(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| {
        Error::new(ErrorKind::Refused {
            what: "`Url::parse`",
            type_name: type_name::<Url>(),
        })
        .with_source(error)
    })?;
    if url.as_str() == text {
        return Ok(url);
    }
    Err(out_of_range::<Url>("a URL that is not in normal form"))
}
