//! Durations and times.

use std::time::{Duration, SystemTime};

use super::out_of_range;
use super::record::{variants, via};
use crate::error::Error;

const NANOS_PER_SECOND: u32 = 1_000_000_000;

variants! {
    [] DurationParts {
        0 "std::Duration" named (0 secs: u64, 1 nanos: u32) => [DurationParts { secs, nanos }];
    };
    [] TimeParts {
        0 "std::SystemTime" named (0 secs: i64, 1 nanos: u32) => [TimeParts { secs, nanos }];
    };
}

struct DurationParts {
    secs: u64,
    nanos: u32,
}

/// Since 1970-01-01 UTC, rounded down to whole seconds; `nanos` go forward.
struct TimeParts {
    secs: i64,
    nanos: u32,
}

via! {
    [] Duration: DurationParts,
        |duration: &Self| Ok::<_, Error>(DurationParts {
            secs: duration.as_secs(),
            nanos: duration.subsec_nanos(),
        }),
        |parts: DurationParts| duration(&parts),
        <Self as Ord>::cmp;
    [] SystemTime: TimeParts, time_parts, |parts: TimeParts| time(&parts), <Self as Ord>::cmp;
}

fn duration(parts: &DurationParts) -> Result<Duration, Error> {
    if parts.nanos >= NANOS_PER_SECOND {
        return Err(out_of_range::<Duration>("a number of nanoseconds"));
    }
    Ok(Duration::new(parts.secs, parts.nanos))
}

fn time_parts(time: &SystemTime) -> Result<TimeParts, Error> {
    let (secs, nanos) = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => (i128::from(after.as_secs()), after.subsec_nanos()),
        Err(error) => {
            let before = error.duration();
            match (i128::from(before.as_secs()), before.subsec_nanos()) {
                (secs, 0) => (-secs, 0),
                (secs, nanos) => (-secs - 1, NANOS_PER_SECOND - nanos),
            }
        }
    };
    let secs = secs.try_into();
    let secs = secs.map_err(|_| out_of_range::<SystemTime>("a time"))?;
    Ok(TimeParts { secs, nanos })
}

fn time(parts: &TimeParts) -> Result<SystemTime, Error> {
    let TimeParts { secs, nanos } = *parts;
    if nanos >= NANOS_PER_SECOND {
        return Err(out_of_range::<SystemTime>("a number of nanoseconds"));
    }
    let whole = Duration::from_secs(secs.unsigned_abs());
    let time = if secs < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(whole)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(whole)
    };
    let time = time.and_then(|time| time.checked_add(Duration::new(0, nanos)));
    let time = time.ok_or_else(|| out_of_range::<SystemTime>("a time"))?;
    // Some platforms keep no single nanoseconds: nothing is lost silently.
    match time_parts(&time)? {
        kept if kept.secs == secs && kept.nanos == nanos => Ok(time),
        _ => Err(out_of_range::<SystemTime>("a time finer than the clock's")),
    }
}
