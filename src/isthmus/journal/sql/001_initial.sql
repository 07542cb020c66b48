-- The journal's tables. Times are nanoseconds since 1970 in UTC; `x` columns are sealed (key id, nonce, text, tag).
-- One file holds one partition; its number and epoch stand in `fence`. Tables are strict: a column holds what its type
-- says. `autoincrement` remembers the last id, so that a missing last row is noticed.

create table fence (
    partition integer primary key,
    epoch integer not null              -- raised by every open; a writer that finds another epoch has been replaced
) strict;

-- Names of sources, destinations, flows, message types and versions, so that rows hold small numbers.
create table name (
    id integer primary key,
    kind text not null,
    name text not null,
    unique (kind, name)
) strict;

create table data_key (
    id integer primary key,             -- 0 is the MAC key
    segment integer not null,           -- 0: not of a segment, never dropped
    wrapped blob not null,
    made_ns integer not null
) strict;

-- A segment holds the bodies of one retention class and day; dropping it gives their space back.
create table segment (
    id integer primary key,
    class text not null,
    day integer not null,               -- days since 1970 in UTC
    leaving_ns integer,                 -- since when nothing new goes into it and survivors are copied out
    dropped_ns integer                  -- when its keys were destroyed; its bodies follow
) strict;
create unique index segment_live on segment (class, day) where leaving_ns is null;

-- How far the search for survivors of a leaving segment has come.
create table survey (
    segment integer primary key,
    phase integer not null,             -- 0 waiting, 1 timers, 2 parked, 3 undecided
    major integer not null,             -- the last index entry that was looked at
    minor integer not null
) strict;

-- One row for each frame that a source handed in. Appended once; only `decision` ever changes.
create table message (
    id integer primary key,
    source integer not null,
    number integer not null,            -- gap-free within the source, from 1
    received_ns integer not null,
    kind integer not null,              -- 0 appended, 1 duplicate, 2 refused
    type integer not null,
    lane integer not null,              -- first 8 bytes of the first lane's MAC, 0: none
    lanes integer not null,             -- how many lanes it keeps; those after the first stand in `lane_also`
    control integer not null,           -- first 8 bytes of the MAC of the control id, 0: none
    digest blob not null,               -- MAC of the raw bytes
    size integer not null,
    body integer not null,              -- first row in `body`; 0: not kept (duplicates)
    version integer not null,           -- of the flows that decided it; 0: undecided
    decision integer not null,          -- 0 undecided, 1 filtered, 2 decided, 3 none (duplicate, refused)
    dispatches integer not null,        -- deliveries that the decision gave rise to
    original integer,                   -- duplicates: the message they repeat; replays: the message they replay
    x blob                              -- lanes of an undecided message, cause of a refusal, origin
) strict;
create index message_undecided on message (id) where decision = 0;
create index message_apart on message (kind, id) where kind != 0;
create index message_original on message (original) where original is not null;

-- Messages that keep several lanes (merges) are found by each of them.
create table lane_also (
    message integer not null,
    key integer not null,               -- first 8 bytes of the lane's MAC
    primary key (message, key)
) without rowid, strict;
create index lane_also_key on lane_also (key);

-- The last number of each source as of the last run: where counting goes on after a start.
create table source_last (
    source integer primary key,
    number integer not null
) strict;

-- Bodies up to 1 MiB take one row; larger ones consecutive rows. id = segment << 40 | running number.
create table body (
    id integer primary key,
    x blob not null
) strict;

create table delivery (
    id integer primary key,             -- gap-free, in commit order: the order of the lanes
    message integer not null,
    parent integer not null,            -- the delivery whose outcome gave rise to this one; 0: the decision itself
    destination integer not null,
    lanes blob not null,                -- MACs of 16 bytes each
    body integer not null,
    size integer not null,
    hour integer not null,              -- of receipt of the message: the ledger's bucket
    due_ns integer not null,            -- timers: not before; 0: now
    slot integer not null,              -- first 8 bytes of the MAC of (lane, name) of a timer; 0: none
    state integer not null,
    attempts integer not null,
    posting integer not null,           -- its last posting; 0: none yet, it waits
    waits integer not null,             -- 1: its lanes wait behind it when it is parked
    x blob                              -- business key and headers, where the flow gave them
) strict;
create index delivery_open on delivery (destination, id) where state = 0 and due_ns = 0;
create index delivery_due on delivery (due_ns) where state = 0 and due_ns > 0;
create index delivery_slot on delivery (slot) where state = 0 and slot != 0;
create index delivery_parked on delivery (destination, id) where state = 8;
create index delivery_message on delivery (message, parent);

-- Each change of a delivery's state, in order, never changed. `state` in `delivery` is the last of them.
create table posting (
    id integer primary key,             -- gap-free
    delivery integer not null,
    previous integer not null,          -- the posting before it of the same delivery; 0: it is the first
    state integer not null,
    at_ns integer not null,
    follows integer not null,           -- deliveries that this outcome gave rise to
    code text,
    x blob                              -- cause in words, who, why
) strict;

-- Bodies that a person put right. The new body is `body` of the delivery, or of the message's decision; `message.body`
-- stays what the source sent.
create table mend (
    id integer primary key autoincrement,  -- gap-free
    message integer not null,
    delivery integer not null,          -- 0: the message itself, which stood undecided
    at_ns integer not null,
    body integer not null,
    size integer not null,
    was_body integer not null,
    was_size integer not null
) strict;
create index mend_message on mend (message, delivery);

-- What needs a person: parked deliveries, messages that could not be decided, tasks.
create table worklist (
    id integer primary key autoincrement,
    kind text not null,                 -- delivery | message | task
    delivery integer not null,
    message integer not null,
    destination integer not null,
    owner text not null,
    code text not null,
    opened_ns integer not null,
    deadline_ns integer not null,       -- 0: none
    cents integer not null,             -- money at stake in hundredths, 0: unknown or none
    blocks integer not null,            -- 1: its lanes wait behind it
    lanes blob not null,
    slot integer not null,
    closed_ns integer not null,         -- 0: open
    x blob
) strict;
create index worklist_open on worklist (id) where closed_ns = 0;
create index worklist_message on worklist (message);
create index worklist_delivery on worklist (delivery) where delivery != 0;
create index worklist_slot on worklist (slot) where closed_ns = 0 and slot != 0;

-- The memory of process instances.
create table state (
    process integer not null,
    key blob not null,                  -- MAC of the business key
    version integer not null,           -- of the state's schema
    x blob not null,
    primary key (process, key)
) without rowid, strict;

-- Counters by hour of receipt: what the two equations of the ledger add up.
create table ledger (
    hour integer not null,
    party integer not null,
    account integer not null,
    n integer not null,
    primary key (hour, party, account)
) without rowid, strict;

-- Closed hours: a chain of hashes over what was appended, dispatched and posted, in bounded steps. Outlives pruning:
-- `rows_hash` covers the rows of the ranges, `hash` the row itself and the `hash` before it.
create table seal (
    id integer primary key autoincrement,  -- gap-free
    hour integer not null,              -- the last hour that was closed at that time
    last_message integer not null,      -- each range begins after the end of the one before
    last_delivery integer not null,
    last_posting integer not null,
    rows_hash blob not null,
    hash blob not null
) strict;

-- Up to where metadata was pruned: what is missing up to there is not missed.
create table pruned (
    kind text not null,                 -- message, delivery, posting, worklist, mend: last id; hour: last hour of a
                                        -- pruned message; source: last number
    party integer not null,             -- the source; 0
    last integer not null,
    primary key (kind, party)
) without rowid, strict;

-- Exact search and duplicates: sorted runs of 2,048 messages, appended at the end, so that speed stays flat as the
-- store grows. kind 0: control id, 1: lane.
create table run (
    id integer primary key,
    first_message integer not null,
    last_message integer not null,
    from_ns integer not null,           -- earliest and latest receipt, whatever the clock did
    to_ns integer not null
) strict;
create table run_entry (
    run integer not null,
    kind integer not null,
    key integer not null,
    message integer not null,
    primary key (run, kind, key, message)
) without rowid, strict;
create table filter (
    id integer primary key,
    first_message integer not null,
    last_message integer not null,
    bits blob not null
) strict;

-- Who did what, and who looked at what. Each row's hash covers the one before.
create table audit (
    id integer primary key autoincrement,  -- gap-free
    at_ns integer not null,
    actor text not null,
    action text not null,
    message integer not null,           -- 0: not about one message
    delivery integer not null,
    x blob not null,                    -- reason and particulars
    hash blob not null
) strict;
create index audit_message on audit (message) where message != 0;
