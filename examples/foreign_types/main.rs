//! What a program holds that is not plain data of its own: interned values, types of other crates,
//! shared pointers, and a handle that cannot be recorded.
//!
//! `cargo run --example foreign_types`

#![allow(clippy::print_stdout, reason = "this is a program")]

use std::alloc::Layout;
use std::cell::RefCell;
use std::error::Error;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, LazyLock};

use cideldill::adapter::{Interned, Reducer};
use cideldill::{Debuggable, OnRefusal, Registration, Registry, Store, explain};

/// One for each code, as long as the program runs.
#[derive(Debuggable, Debug)]
#[debuggable(state = "Currency::code", intern = "Currency::find")]
struct Currency {
    code: &'static str,
    decimals: u32,
}

static CURRENCIES: LazyLock<[Arc<Currency>; 2]> = LazyLock::new(|| {
    [("EUR", 2), ("JPY", 0)].map(|(code, decimals)| Arc::new(Currency { code, decimals }))
});

impl Currency {
    fn code(&self) -> String {
        self.code.to_owned()
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a key is given away where it is read"
    )]
    fn find(code: String) -> Option<Arc<Self>> {
        CURRENCIES.iter().find(|it| it.code == code).cloned()
    }
}

#[derive(Debuggable)]
struct Till {
    #[debuggable(as = "Interned")]
    currency: Arc<Currency>,
    // `Layout` stands for a type of another crate that has neither serde nor a derive of ours.
    #[debuggable(as = "Vec<Reducer>")]
    drawers: Vec<Layout>,
    balance: Rc<RefCell<u64>>,
    on_display: Rc<RefCell<u64>>,
}

#[derive(Debuggable)]
struct Shop {
    till: Till,
    printers: Vec<Printer>,
}

#[derive(Debuggable)]
struct Printer {
    name: String,
    // Without an attribute this field is a compile error, which says what to write.
    #[debuggable(reducer)]
    jobs: Sender<String>,
}

/// `Layout` by its two numbers. Making one again may fail, and then loading does.
fn registry() -> Result<Registry, cideldill::Error> {
    let registry = Registry::new();
    registry.register(Registration::new(
        "layout",
        |layout: &Layout| (layout.size() as u64, layout.align() as u64),
        |(size, align): (u64, u64)| -> Result<Layout, Box<dyn Error + Send + Sync>> {
            Ok(Layout::from_size_align(
                size.try_into()?,
                align.try_into()?,
            )?)
        },
    ))?;
    Ok(registry)
}

fn till() -> Result<Till, Box<dyn Error>> {
    let balance = Rc::new(RefCell::new(1_250));
    Ok(Till {
        currency: Currency::find("EUR".into()).ok_or("no such currency")?,
        drawers: vec![
            Layout::from_size_align(48, 8)?,
            Layout::from_size_align(4096, 4096)?,
        ],
        on_display: Rc::clone(&balance),
        balance,
    })
}

/// What the program prints.
fn report() -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    let store = Store::in_memory();

    let cid = store.put(&till()?)?;
    writeln!(out, "a till, as it is recorded  ({}..)\n", cid.short())?;
    for line in store.value(cid)?.to_string().lines() {
        writeln!(out, "    {line}")?;
    }

    let again: Till = store.load(cid)?;
    let is_interned = CURRENCIES.iter().any(|it| Arc::ptr_eq(it, &again.currency));
    *again.balance.borrow_mut() += 100;
    writeln!(out, "\n    (`&1` and `*1` are one shared pointer)")?;
    writeln!(out, "\nloaded again")?;
    writeln!(
        out,
        "    currency is the one this program has: {is_interned}"
    )?;
    writeln!(
        out,
        "    decimals, which were not recorded:    {}",
        again.currency.decimals
    )?;
    let sizes: Vec<usize> = again.drawers.iter().map(Layout::size).collect();
    writeln!(out, "    drawers, made by the reducer:         {sizes:?}")?;
    writeln!(
        out,
        "    100 more in the balance, on display:  {}",
        again.on_display.borrow()
    )?;

    let (jobs, _printed) = mpsc::channel();
    let printer = |name: &str| Printer {
        name: name.into(),
        jobs: jobs.clone(),
    };
    let shop = Shop {
        till: till()?,
        printers: vec![printer("receipts"), printer("kitchen")],
    };
    writeln!(
        out,
        "\na shop, whose printers hold a channel that nothing is registered for"
    )?;
    match store.put(&shop) {
        Ok(cid) => writeln!(out, "    recorded as {}", cid.short())?,
        Err(error) => writeln!(out, "    error: {error}")?,
    }
    writeln!(out, "\nevery part that is not recorded")?;
    for part in explain(&shop) {
        writeln!(out, "    {part}")?;
    }

    let cid = OnRefusal::StandIn.enter(|| store.put(&shop))?;
    writeln!(
        out,
        "\nwith stand-ins the rest is recorded  ({}..)\n",
        cid.short()
    )?;
    let tree = store.value(cid)?;
    for place in [".printers[0]", ".printers[1].name"] {
        let part = tree.at_str(place)?.ok_or("no such part")?;
        writeln!(out, "    {place}  {}", part.display().width(200))?;
    }
    match store.load::<Shop>(cid) {
        Ok(_) => writeln!(out, "    loaded")?,
        Err(error) => writeln!(out, "    loading it as a shop: {error}")?,
    }
    Ok(out)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", registry()?.enter(report)?);
    Ok(())
}

#[test]
fn handles_unpicklable_objects() {
    let printed = registry().unwrap().enter(report).unwrap();
    assert_eq!(printed, include_str!("output.txt"), "{printed}");
}
