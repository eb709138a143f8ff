-- What a snapshot looks for without reading the whole log (S21): the tray's lines, and what the hall says of no case.

create index log_tray on log (seq) where kind = 'tray';
create index log_hall on log (seq) where kind = 'fact' and case_id = '';
