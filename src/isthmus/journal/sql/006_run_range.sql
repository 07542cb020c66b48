-- The duplicate check looks only into the runs of the messages among which a filter says that there may be one.
create index run_first on run (first_message);
