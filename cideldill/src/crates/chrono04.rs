//! `chrono` 0.4: dates, times, moments and spans.
//!
//! A moment is a number of seconds since 1970-01-01 UTC. Nanoseconds go forward; from 1,000,000,000
//! on they are within a leap second, as the crate has it. `DateTime<Local>` is left out: its offset
//! belongs to the machine.

use chrono::{
    DateTime, Datelike, FixedOffset, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    Timelike, Utc, Weekday,
};

use crate::error::Error;
use crate::impls::out_of_range;
use crate::impls::record::{variants, via};

variants! {
    [] Date {
        0 "std::crate::chrono::NaiveDate" named (0 year: i32, 1 month: u8, 2 day: u8)
            => [Date { year, month, day }];
    };
    [] Time {
        0 "std::crate::chrono::NaiveTime" named (0 secs: u32, 1 nanos: u32)
            => [Time { secs, nanos }];
    };
    [] DateAndTime {
        0 "std::crate::chrono::NaiveDateTime" named (0 date: NaiveDate, 1 time: NaiveTime)
            => [DateAndTime { date, time }];
    };
    [] Moment {
        0 "std::crate::chrono::DateTime::Utc" named (0 secs: i64, 1 nanos: u32)
            => [Moment { secs, nanos }];
    };
    [] MomentWithOffset {
        0 "std::crate::chrono::DateTime::FixedOffset"
            named (0 secs: i64, 1 nanos: u32, 2 offset: i32)
            => [MomentWithOffset { secs, nanos, offset }];
    };
    [] Offset {
        0 "std::crate::chrono::FixedOffset" plain (0 seconds_east: i32) => [Offset(seconds_east)];
    };
    [] Span {
        0 "std::crate::chrono::TimeDelta" named (0 secs: i64, 1 nanos: u32)
            => [Span { secs, nanos }];
    };
    [] Weekday {
        0 "std::crate::chrono::Weekday::Mon" plain () => [Weekday::Mon];
        1 "std::crate::chrono::Weekday::Tue" plain () => [Weekday::Tue];
        2 "std::crate::chrono::Weekday::Wed" plain () => [Weekday::Wed];
        3 "std::crate::chrono::Weekday::Thu" plain () => [Weekday::Thu];
        4 "std::crate::chrono::Weekday::Fri" plain () => [Weekday::Fri];
        5 "std::crate::chrono::Weekday::Sat" plain () => [Weekday::Sat];
        6 "std::crate::chrono::Weekday::Sun" plain () => [Weekday::Sun];
    };
    [] Month {
        0 "std::crate::chrono::Month::January" plain () => [Month::January];
        1 "std::crate::chrono::Month::February" plain () => [Month::February];
        2 "std::crate::chrono::Month::March" plain () => [Month::March];
        3 "std::crate::chrono::Month::April" plain () => [Month::April];
        4 "std::crate::chrono::Month::May" plain () => [Month::May];
        5 "std::crate::chrono::Month::June" plain () => [Month::June];
        6 "std::crate::chrono::Month::July" plain () => [Month::July];
        7 "std::crate::chrono::Month::August" plain () => [Month::August];
        8 "std::crate::chrono::Month::September" plain () => [Month::September];
        9 "std::crate::chrono::Month::October" plain () => [Month::October];
        10 "std::crate::chrono::Month::November" plain () => [Month::November];
        11 "std::crate::chrono::Month::December" plain () => [Month::December];
    };
}

struct Date {
    year: i32,
    month: u8,
    day: u8,
}

/// Since midnight.
struct Time {
    secs: u32,
    nanos: u32,
}

struct DateAndTime {
    date: NaiveDate,
    time: NaiveTime,
}

struct Moment {
    secs: i64,
    nanos: u32,
}

struct MomentWithOffset {
    secs: i64,
    nanos: u32,
    /// Seconds east of UTC.
    offset: i32,
}

struct Offset(i32);

/// Rounded down to whole seconds.
struct Span {
    secs: i64,
    nanos: u32,
}

via! {
    [] NaiveDate: Date, |date: &Self| date_parts(*date), |parts: Date| date(&parts), <Self as Ord>::cmp;
    [] NaiveTime: Time,
        |time: &Self| Ok::<_, Error>(Time {
            secs: time.num_seconds_from_midnight(),
            nanos: time.nanosecond(),
        }),
        |parts: Time| time(&parts),
        <Self as Ord>::cmp;
    [] NaiveDateTime: DateAndTime,
        |at: &Self| Ok::<_, Error>(DateAndTime { date: at.date(), time: at.time() }),
        |parts: DateAndTime| Ok(Self::new(parts.date, parts.time)),
        <Self as Ord>::cmp;
    [] DateTime<Utc>: Moment,
        |at: &Self| Ok::<_, Error>(Moment {
            secs: at.timestamp(),
            nanos: at.timestamp_subsec_nanos(),
        }),
        |parts: Moment| moment(parts.secs, parts.nanos).ok_or_else(wrong::<Self>),
        <Self as Ord>::cmp;
    [] DateTime<FixedOffset>: MomentWithOffset,
        |at: &Self| Ok::<_, Error>(MomentWithOffset {
            secs: at.timestamp(),
            nanos: at.timestamp_subsec_nanos(),
            offset: at.offset().local_minus_utc(),
        }),
        |parts: MomentWithOffset| {
            let MomentWithOffset { secs, nanos, offset } = parts;
            let moment = moment(secs, nanos).zip(FixedOffset::east_opt(offset));
            let (moment, offset) = moment.ok_or_else(wrong::<Self>)?;
            Ok(moment.with_timezone(&offset))
        };
    [] FixedOffset: Offset,
        |offset: &Self| Ok::<_, Error>(Offset(offset.local_minus_utc())),
        |parts: Offset| Self::east_opt(parts.0).ok_or_else(wrong::<Self>);
    [] TimeDelta: Span,
        |span: &Self| Ok::<_, Error>(span_parts(span)),
        |parts: Span| Self::new(parts.secs, parts.nanos).ok_or_else(wrong::<Self>),
        <Self as Ord>::cmp;
}

fn date_parts(date: NaiveDate) -> Result<Date, Error> {
    let small = |number: u32| u8::try_from(number).map_err(|_| wrong::<NaiveDate>());
    Ok(Date {
        year: date.year(),
        month: small(date.month())?,
        day: small(date.day())?,
    })
}

fn date(parts: &Date) -> Result<NaiveDate, Error> {
    let date = NaiveDate::from_ymd_opt(parts.year, parts.month.into(), parts.day.into());
    date.ok_or_else(wrong::<NaiveDate>)
}

/// The crate lets a leap second follow any second, if it is set afterwards.
fn time(parts: &Time) -> Result<NaiveTime, Error> {
    let whole = NaiveTime::from_num_seconds_from_midnight_opt(parts.secs, 0);
    let time = whole.and_then(|time| time.with_nanosecond(parts.nanos));
    time.ok_or_else(wrong::<NaiveTime>)
}

fn moment(secs: i64, nanos: u32) -> Option<DateTime<Utc>> {
    let whole = DateTime::from_timestamp(secs, 0)?;
    Some(whole.naive_utc().with_nanosecond(nanos)?.and_utc())
}

fn span_parts(span: &TimeDelta) -> Span {
    let (secs, nanos) = (span.num_seconds(), span.subsec_nanos());
    // Both are rounded towards zero; a negative rest is less than a second.
    match u32::try_from(nanos) {
        Ok(nanos) => Span { secs, nanos },
        Err(_) => Span {
            secs: secs - 1,
            nanos: 1_000_000_000 - nanos.unsigned_abs(),
        },
    }
}

/// What the crate has no such value for.
#[cold]
fn wrong<T>() -> Error {
    out_of_range::<T>("a date, time or offset")
}
