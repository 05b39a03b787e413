//! Syntax trees of SQL through serde.

use cideldill::{Debuggable, Store};
use sqlparser::ast::Statement;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::Outcome;
use crate::report::{changes, put};

#[derive(Debuggable, Debug, PartialEq)]
struct Script {
    #[debuggable(serde)]
    statements: Vec<Statement>,
}

const SCRIPT: &str = "
create table orders (id bigint primary key, customer bigint not null references customers (id),
  placed timestamptz not null default now(), total numeric(12, 2) check (total >= 0));
create index orders_by_customer on orders (customer, placed desc) where total > 0;
with recent as (
  select customer, sum(total) as spent, count(*) filter (where total > 100) as large
  from orders where placed > now() - interval '30 days' group by customer having sum(total) > 10
)
select c.name, r.spent, rank() over (partition by c.region order by r.spent desc) as place,
  case when r.large > 5 then 'often' when r.large > 0 then 'sometimes' else 'never' end as habit
from customers c join recent r on r.customer = c.id
left join lateral (select max(placed) as last from orders o where o.customer = c.id) l on true
where c.email like '%@example.com' and c.region in ('north', 'south') or not exists (
  select 1 from complaints x where x.customer = c.id and x.closed is null)
order by place, c.name limit 100 offset 20;
insert into audit (at, what) select now(), 'report' returning id;
update orders set total = total * 1.07 where id between 1 and 1000;
delete from orders using customers c where c.id = orders.customer and c.region = 'west';";

fn script(text: &str) -> Result<Script, Box<dyn std::error::Error>> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, text)?;
    Ok(Script { statements })
}

pub(crate) fn run() -> Outcome {
    let store = Store::in_memory();
    let first = script(SCRIPT)?;
    let before = put(&store, "6 statements", &first)?;
    assert_eq!(store.load::<Script>(before)?, first);
    let second = script(&SCRIPT.replace("1.07", "1.09"))?;
    let after = put(&store, "one number changed", &second)?;
    changes(&store, before, after)?;
    // A migration file: the same statements again and again, with other numbers.
    let many: String = (0..200)
        .map(|n| SCRIPT.replace("100", &n.to_string()))
        .collect();
    let many = script(&many)?;
    let cid = put(&store, "200 times, with other numbers", &many)?;
    let again: Script = store.load(cid)?;
    println!("  loaded equal: {}", again == many);
    Ok(())
}
