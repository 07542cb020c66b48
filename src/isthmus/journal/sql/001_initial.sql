-- The journal's tables. Times are nanoseconds since 1970 in UTC; `x` columns are sealed (key id, nonce, text, tag).
-- One file holds one partition; its number and epoch stand in `fence`.

create table fence (
    partition integer primary key,
    epoch integer not null              -- raised by every open; a writer that finds another epoch has been replaced
);

-- Names of sources, destinations, flows, message types and versions, so that rows hold small numbers.
create table name (
    id integer primary key,
    kind text not null,
    name text not null,
    unique (kind, name)
);

create table data_key (
    id integer primary key,             -- 0 is the MAC key
    segment integer not null,           -- 0: not of a segment, never dropped
    wrapped blob not null,
    made_ns integer not null
);

-- A segment holds the bodies of one retention class and day; dropping it gives their space back.
create table segment (
    id integer primary key,
    class text not null,
    day integer not null,               -- days since 1970 in UTC
    dropped_ns integer,
    unique (class, day)
);

-- One row for each frame that a source handed in. Appended once; only `decision` ever changes.
create table message (
    id integer primary key,
    source integer not null,
    number integer not null,            -- gap-free within the source, from 1
    received_ns integer not null,
    kind integer not null,              -- 0 appended, 1 duplicate, 2 refused
    type integer not null,
    lane integer not null,              -- first 8 bytes of the first lane's MAC, 0: none
    control integer not null,           -- first 8 bytes of the MAC of the control id, 0: none
    digest blob not null,               -- MAC of the raw bytes
    size integer not null,
    body integer not null,              -- first row in `body`; 0: not kept (duplicates)
    version integer not null,           -- of the flows that decided it; 0: undecided
    decision integer not null,          -- 0 undecided, 1 filtered, 2 decided, 3 none (duplicate, refused)
    original integer,                   -- duplicates: the message they repeat; replays: the message they replay
    x blob                              -- lanes of an undecided message, cause of a refusal, origin
);
create index message_undecided on message (id) where decision = 0;

-- Bodies up to 1 MiB take one row; larger ones consecutive rows. id = segment << 40 | running number.
create table body (
    id integer primary key,
    x blob not null
);

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
    settled_ns integer not null,
    waits integer not null,             -- 1: its lanes wait behind it when it is parked
    x blob                              -- business key and headers, where the flow gave them
);
create index delivery_open on delivery (destination, id) where state = 0 and due_ns = 0;
create index delivery_due on delivery (due_ns) where state = 0 and due_ns > 0;
create index delivery_slot on delivery (slot) where state = 0 and slot != 0;
create index delivery_message on delivery (message);

-- Each change of a delivery's state, in order, never changed. `state` in `delivery` is the last of them.
create table posting (
    id integer primary key,             -- gap-free
    delivery integer not null,
    state integer not null,
    at_ns integer not null,
    code text,
    x blob                              -- cause in words, who, why
);

-- What needs a person: parked deliveries, messages that could not be decided, tasks.
create table worklist (
    id integer primary key,
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
);
create index worklist_open on worklist (id) where closed_ns = 0;
create index worklist_delivery on worklist (delivery);

-- The memory of process instances.
create table state (
    process integer not null,
    key blob not null,                  -- MAC of the business key
    version integer not null,           -- of the state's schema
    x blob not null,
    primary key (process, key)
) without rowid;

-- Counters by hour of receipt: what the two equations of the ledger add up.
create table ledger (
    hour integer not null,
    party integer not null,
    account integer not null,
    n integer not null,
    primary key (hour, party, account)
) without rowid;

-- Closed hours: a chain of hashes over their postings. Outlives pruning.
create table seal (
    hour integer primary key,
    first_posting integer not null,
    last_posting integer not null,
    hash blob not null
);

-- Exact search and duplicates: sorted runs of 2,048 messages, appended at the end, so that speed stays flat as the
-- store grows. kind 0: control id, 1: lane.
create table run (
    id integer primary key,
    first_message integer not null,
    last_message integer not null,
    from_ns integer not null,
    to_ns integer not null
);
create table run_entry (
    run integer not null,
    kind integer not null,
    key integer not null,
    message integer not null,
    primary key (run, kind, key, message)
) without rowid;
create table filter (
    id integer primary key,
    first_message integer not null,
    last_message integer not null,
    bits blob not null
);

-- Who did what: operator actions. Each row's hash covers the one before.
create table audit (
    id integer primary key,
    at_ns integer not null,
    actor text not null,
    action text not null,
    hash blob not null,
    x blob
);
