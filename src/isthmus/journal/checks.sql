-- What `isthmus ledger --verify` recounts in SQL. Each query returns what breaks its rule and nothing otherwise; the
-- columns `message`, `delivery` and `posting` go into the finding, the others into its words. Parameters: up to where
-- messages, deliveries and postings were pruned, and the last hour of a pruned message.

-- FENCE: the row that fences partition 0 is missing
select 1 where not exists (select 1 from fence where partition = 0);

-- NUMBER_GAP: message number {first} to {last} of source {source} is missing
with short as (
    select m.source, coalesce(p.last, 0) as pruned from message m left join pruned p on p.kind = 'source' and p.party = m.source
    group by m.source having max(m.number) - coalesce(p.last, 0) != count(*)
), numbered as (
    select m.source, m.number, lag(m.number, 1, s.pruned) over (partition by m.source order by m.number) as before
    from short s join message m on m.source = s.source
)
select (select name from name where id = source) as source, before + 1 as first, number - 1 as last
from numbered where number != before + 1;

-- NUMBER_LAST: message number {first} to {last} of source {source} is missing
with counted as (select party, sum(n) as frames from ledger where account = 0 group by party),
held as (
    select party, max(number) as number from (
        select source as party, max(number) as number from message group by source
        union all select party, last from pruned where kind = 'source'
    ) group by party
)
select (select name from name where id = c.party) as source, coalesce(h.number, 0) + 1 as first, c.frames as last
from counted c left join held h on h.party = c.party where c.frames > coalesce(h.number, 0);

-- SOURCE_LAST: the number at which source {source} goes on counting is missing or wrong
select (select name from name where id = source) as source from (
    select m.source, max(m.number) as number from message m where m.id <= (select max(last_message) from run) group by m.source
) m left join source_last l using (source) where l.number is not m.number;

-- KIND: message {message} has kind {kind} and decision {decision}, which cannot be
select id as message, kind, decision from message
where kind not between 0 and 2 or (kind = 0) != (decision between 0 and 2) or (kind != 0 and decision != 3);

-- ORIGINAL: message {message} repeats message {original}, which is missing
select m.id as message, m.original from message m
where m.original is not null and m.original > :message
    and not exists (select 1 from message o where o.id = m.original);

-- MESSAGE_MISSING: message {message} is missing: delivery {delivery} belongs to it
select d.message, d.id as delivery from delivery d
where d.message > :message and not exists (select 1 from message m where m.id = d.message);

-- DISPATCHES: message {message} gave rise to {expected} deliveries, {found} are stored
select m.id as message, m.dispatches as expected, count(d.id) as found
from message m left join delivery d on d.message = m.id and d.parent = 0
group by m.id having m.dispatches != count(d.id);

-- FOLLOWS: delivery {delivery} of message {message} gave rise to {expected} deliveries, {found} are stored
with posted as (select delivery, sum(follows) as n from posting where follows != 0 group by delivery),
stored as (select parent, count(*) as n from delivery where parent > :delivery group by parent)
select coalesce(p.delivery, s.parent) as delivery, coalesce(p.n, 0) as expected, coalesce(s.n, 0) as found,
    (select message from delivery where id = coalesce(p.delivery, s.parent)) as message
from posted p full outer join stored s on s.parent = p.delivery
where coalesce(p.delivery, s.parent) > :delivery and p.n is not s.n;

-- POSTING_LAST: the last posting of delivery {delivery} of message {message}, {posting}, is missing or says something else than its state {state}
select d.id as delivery, d.message, d.posting, d.state from delivery d left join posting p on p.id = d.posting
where (d.posting = 0 and d.state != 0)
    or (d.posting != 0 and (p.id is null or p.delivery != d.id or p.state != d.state));

-- POSTING_ORPHAN: posting {posting} belongs to delivery {delivery}, which is missing
select p.id as posting, p.delivery from posting p
where p.delivery > :delivery and not exists (select 1 from delivery d where d.id = p.delivery);

-- POSTING_CHAIN: posting {posting} of delivery {delivery} of message {message} follows posting {previous}, which is missing or final
select p.id as posting, p.delivery, p.previous, (select message from delivery where id = p.delivery) as message
from posting p left join posting b on b.id = p.previous
where p.previous > :posting and (b.id is null or b.delivery != p.delivery or b.state not in (0, 7, 8));

-- POSTING_LOOSE: posting {posting} of delivery {delivery} of message {message} is followed by none and is not its last
select p.id as posting, p.delivery, d.message from posting p join delivery d on d.id = p.delivery
where d.posting != p.id and p.id not in (select previous from posting);

-- WORKLIST_PARKED: delivery {delivery} of message {message} is parked, but stands on the worklist {found} times
select d.id as delivery, d.message, count(w.id) as found
from delivery d left join worklist w on w.delivery = d.id and w.kind = 'delivery' and w.closed_ns = 0
where d.state = 8 group by d.id having count(w.id) != 1;

-- WORKLIST_TASK: delivery {delivery} of message {message} is a task, but stands on the worklist {found} times
select d.id as delivery, d.message, count(w.id) as found
from delivery d left join worklist w on w.delivery = d.id and w.kind = 'task'
where d.destination = (select id from name where kind = 'destination' and name = 'worklist')
group by d.id having count(w.id) != 1;

-- WORKLIST_OPEN: item {item} of the worklist is open, but what it is about is settled or missing
select w.id as item, w.message, w.delivery from worklist w
left join delivery d on d.id = w.delivery and w.kind != 'message'
left join message m on m.id = w.message
where w.closed_ns = 0 and (
    m.id is null
    or (w.kind = 'delivery' and d.state is not 8)
    or (w.kind = 'task' and d.id is null)
    or (w.kind = 'message' and m.decision != 0)
    or w.kind not in ('delivery', 'task', 'message')
);

-- MEND: what mended delivery {delivery} of message {message} does not match where its body lies
select message, delivery from (
    select m.message, m.delivery, m.body, max(m.id) from mend m group by m.message, m.delivery
) m where not exists (select 1 from message where id = m.message)
    or (m.delivery != 0 and not exists (select 1 from delivery d where d.id = m.delivery and d.body = m.body));

-- SEGMENT: a body of message {message} lies in segment {segment}, which is missing
select message, segment from (
    select id as message, body >> 40 as segment from message where body != 0
    union all select message, body >> 40 from delivery
) where segment not in (select id from segment) group by segment;

-- SURVIVOR: message {message} is not finished, but its body was dropped
select m.id as message from message m
where m.decision = 0 and m.body >> 40 in (select id from segment where dropped_ns is not null)
union select d.message from delivery d left join message m on m.id = d.message
where d.state in (0, 8) and (d.body >> 40 in (select id from segment where dropped_ns is not null)
    or m.body >> 40 in (select id from segment where dropped_ns is not null));

-- NAME: a name that message {message} refers to is missing
with used as (
    select id as message, source as name from message union all select id, type from message
    union all select id, version from message where version != 0
    union all select message, destination from delivery
)
select min(message) as message from used where name not in (select id from name) group by name;

-- LEDGER_SOURCE: hour {hour}, source {source}: the ledger says {ledger} {account}, the messages say {rows}
with counted(hour, party, account, n) as (
    select received_ns / 3600000000000, source, 0, count(*) from message group by 1, 2
    union all select received_ns / 3600000000000, source, 1 + kind, count(*) from message group by 1, 2, 3
    union all select received_ns / 3600000000000, source, 4 + decision, count(*) from message where kind = 0 group by 1, 2, 3
)
select coalesce(l.hour, c.hour) as hour, (select name from name where id = coalesce(l.party, c.party)) as source,
    coalesce(l.account, c.account) as account, coalesce(l.n, 0) as ledger, coalesce(c.n, 0) as rows
from (select * from ledger where account < 10 and n != 0) l
full outer join counted c on c.hour = l.hour and c.party = l.party and c.account = l.account
where l.n is not c.n and coalesce(l.hour, c.hour) > :hour;

-- LEDGER_DESTINATION: hour {hour}, destination {destination}: the ledger says {ledger} {account}, the deliveries say {rows}
with counted(hour, party, account, n) as (
    select hour, destination, 10, count(*) from delivery group by 1, 2
    union all select hour, destination, 20 + state, count(*) from delivery group by 1, 2, 3
)
select coalesce(l.hour, c.hour) as hour, (select name from name where id = coalesce(l.party, c.party)) as destination,
    coalesce(l.account, c.account) as account, coalesce(l.n, 0) as ledger, coalesce(c.n, 0) as rows
from (select * from ledger where account between 10 and 39 and n != 0) l
full outer join counted c on c.hour = l.hour and c.party = l.party and c.account = l.account
where l.n is not c.n and coalesce(l.hour, c.hour) > :hour;

-- INSTANCES: process {process}: the ledger says {ledger} live instances, {rows} are stored
select (select name from name where id = coalesce(l.party, s.process)) as process,
    coalesce(l.n, 0) as ledger, coalesce(s.n, 0) as rows
from (select party, n from ledger where account = 40 and n != 0) l
full outer join (select process, count(*) as n from state group by process) s on s.process = l.party
where l.n is not s.n;

-- LANE_ALSO: message {message} keeps {expected} lanes, it is found by {found}
select m.id as message, m.lanes as expected, count(a.key) + 1 as found
from message m left join lane_also a on a.message = m.id
where m.lanes > 1 group by m.id having m.lanes != count(a.key) + 1;

-- RUN_GAP: the search run for messages {first} to {last} is missing
select before + 1 as first, first_message - 1 as last from (
    select first_message, lag(last_message, 1, :message) over (order by first_message) as before from run
) where first_message != before + 1
union all select coalesce(r.last, :message) + 1, m.last
from (select max(last_message) as last from run) r, (select max(id) as last from message) m
where m.last - coalesce(r.last, :message) >= 2048;

-- RUN_CONTROL: the search run {run} does not list the control ids of its messages
select r.id as run, r.first_message as message from run r
where (select count(*) from message m where m.id between r.first_message and r.last_message and m.control != 0 and m.kind = 0)
    != (select count(*) from run_entry e where e.run = r.id and e.kind = 0)
or exists (select 1 from run_entry e left join message m on m.id = e.message
    where e.run = r.id and e.kind = 0 and (m.control is not e.key or e.message not between r.first_message and r.last_message));

-- RUN_LANE: the search run {run} does not list the lanes of its messages
select r.id as run, r.first_message as message from run r
where (select count(*) from message m where m.id between r.first_message and r.last_message and m.lane != 0 and m.kind = 0)
    != (select count(*) from run_entry e where e.run = r.id and e.kind = 1)
or exists (select 1 from run_entry e left join message m on m.id = e.message
    where e.run = r.id and e.kind = 1 and (m.lane is not e.key or e.message not between r.first_message and r.last_message));

-- OWED: message {message} is owed an acknowledgement, but is missing
select o.message from owed o where not exists (select 1 from message m where m.id = o.message);

-- PROPOSAL: a mend of message {message} is proposed for item {item} of the worklist, which is not open
select p.message, p.item, p.delivery from proposal p
where p.closed_ns = 0 and not exists (select 1 from worklist w where w.id = p.item and w.closed_ns = 0);
