-- Mends that a second person has to approve: those that change an amount. At most one is open for each item of the
-- worklist; when the item is closed by whatever else, what was proposed for it has nothing to act on any more.
create table proposal (
    id integer primary key autoincrement,
    item integer not null,              -- of the worklist
    message integer not null,
    delivery integer not null,          -- 0: the message itself, which stands undecided
    at_ns integer not null,
    actor text not null,                -- who may not approve it
    was_cents integer not null,         -- money in the body as it is, in hundredths
    cents integer not null,             -- and as it would be
    outcome text not null,              -- '': open; approved, refused, overtaken
    closed_ns integer not null,         -- 0: open
    x blob                              -- reason and the body; emptied when closed
) strict;
create unique index proposal_open on proposal (item) where closed_ns = 0;
create index proposal_message on proposal (message);

create trigger proposal_overtaken after update of closed_ns on worklist when new.closed_ns != 0 begin
    update proposal set outcome = 'overtaken', closed_ns = new.closed_ns, x = null where item = new.id and closed_ns = 0;
end;
