"""Every limit of the product by name, in one place. Sizes in bytes, times in seconds unless the name says otherwise."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Bounds of loops, queues, pages, bodies and retries; tests hand in smaller ones."""

    # Facts (sync.md S3)
    fact_bytes: int = 16 * 1024
    group_facts: int = 32
    group_bytes: int = 256 * 1024
    # Practice
    practice_stock: int = 3
    """Prefiles, cases to look at and cases to decide, that wait each time when somebody begins to practise."""
    # Push and pull (S11, S18, S20)
    push_bytes: int = 256 * 1024
    push_facts: int = 250
    together_pushes: int = 64
    """Pushes of several terminals that the hall commits at once, when they wait for each other anyway."""
    together_bytes: int = 1024 * 1024
    body_bytes: int = 1024 * 1024
    answer_bytes: int = 16 * 1024 * 1024
    """What a terminal reads of one answer: 500 entries of the largest facts, or a blob."""
    gzip_bytes: int = 1024
    """Bodies from here on travel compressed."""
    pull_entries: int = 500
    pull_bytes: int = 512 * 1024
    """A page ends with the entry that reaches it, so that it can be offered again in one body (S25)."""
    pages_kept: int = 24
    """Pages of the log that the hall keeps at hand, because many terminals ask for the same ones."""
    poll_seconds: float = 25.0
    poll_spacing: float = 2.0
    poll_spacing_least: float = 1.0
    poll_spacing_most: float = 60.0
    """Between these two IT's settings may choose another time between two polls."""
    answers_a_second: float = 500.0
    """To polls of all terminals together, but for what can't wait: from a thousand on each is answered less often."""
    apply_slice_ms: float = 10.0
    # Bootstrap and retention (S21)
    kept_days: int = 30
    """A terminal keeps open cases, and those that ended within so many days (N)."""
    backup_interval: int = 24 * 3600
    """How often a hall is backed up in full: raw bytes stay at the terminals for at least three of them."""
    snapshot_seconds: int = 6 * 3600
    """How old a hall's snapshot gets before the next one is made."""
    snapshot_least: int = 5_000
    """New entries that make a snapshot worth its work, at the hall; and worth fetching, at a terminal."""
    snapshot_sets: int = 2
    snapshot_piece: int = 256 * 1024
    """What the hall reads of a file at a time."""
    snapshot_part: int = 4 * 1024 * 1024
    """What a terminal asks for at a time; halved while the line is too slow for it."""
    snapshot_part_least: int = 64 * 1024
    snapshot_spare_mb: int = 200
    """Room that a snapshot leaves on a terminal's disk: what is saved at the counter goes first."""
    snapshot_wait: float = 600.0
    """Seconds until a hall without a snapshot is asked for one again."""
    kept_scopes: int = 16
    """Scopes that a terminal may name in a pull as still needed."""
    holes_at_once: int = 20
    """Old cases that a terminal asks the hall for between two polls."""
    call_answer_seconds: float = 300.0
    """So long the status line says that whoever was called comes."""
    silent_seconds: float = 300.0
    """A window that the hall has not heard from for so long has nothing that one can be sure of."""
    measure_cases: int = 200
    """Cases from a snapshot that are measured for the board in one transaction."""
    purge_seconds: float = 1800.0
    """How often a terminal looks for what is over its days."""
    bootstrap_slice_ms: float = 3.0
    """How long a slice of a bootstrap may hold the write lock while somebody works: a save waits for one at most."""
    bootstrap_rest_ms: float = 6.0
    """How long the write lock then stays free between two slices."""
    bootstrap_alone_ms: float = 10.0
    """The longest slice while nobody else writes: who then does waits once so long."""
    bootstrap_alone_rest_ms: float = 1.5
    """The rest while nobody else writes: who waits for the lock asks every millisecond."""
    bootstrap_company: float = 1.0
    """So many seconds after another's write somebody works."""
    # Back-off (S31)
    retry_first: float = 1.0
    retry_most: float = 60.0
    retry_most_least: float = 10.0
    retry_most_most: float = 600.0
    retry_after_most: float = 3600.0
    """The longest `Retry-After` that is obeyed: a proxy that says tomorrow must not silence a window."""
    stub_again_seconds: float = 300.0
    """How often the bytes of what travelled as a stub are tried again (S12)."""
    once_tries: int = 3
    """How often `sync --once` asks before it reports the trouble."""
    request_seconds: float = 30.0
    report_seconds: float = 10.0
    """How old what a terminal says of itself may be, and how often the hall writes it down."""
    oldest_protocol: int = 1
    """The oldest form of requests that a hall still takes (S32)."""
    # Healing and backups (S24-S26)
    offer_points: int = 64
    """Places of its copy that a terminal names, each twice as far back as the one before."""
    offer_entries: int = 250
    """Kept heads stand no farther apart, so that what was lost is shown in pieces of one page."""
    offer_idle_seconds: int = 60
    """After this much silence the hall asks another terminal."""
    heal_seconds: int = 300
    """So long a hall of a new epoch waits for what its terminals hold, before it takes in new facts."""
    shown_late_seconds: int = 24 * 3600
    """So long a fact of before a loss that is refused or moves nothing waits for what its maker had seen."""
    look_again_seconds: int = 3600
    """So often a restored hall judges again what waits there."""
    heal_recent_seconds: int = 24 * 3600
    """Terminals that were heard so shortly before are waited for."""
    segment_seconds: float = 2.0
    """How often what was committed is written to a second place: the recovery point (S26)."""
    place_hangs_seconds: float = 900.0
    """After which a second place that neither takes what is written nor fails is trouble."""
    backup_seconds: int = 24 * 3600
    backups_kept: int = 3
    # Updates
    release_look_seconds: float = 60.0
    """How often a served hall looks whether a rollout goes on or halts."""
    release_alarms: int = 50
    """What the hall has done by itself with a rollout: so many of the newest are kept."""
    release_acts: int = 50
    """Who did what with releases: so many of the newest are shown. All of them are kept."""
    fleet_seconds: float = 5.0
    """How often the fleet screen and the page of the fleet are read anew."""
    fleet_free_mb: int = 200
    """Less than this free on a terminal's disk is shown as trouble."""
    fleet_unsent_seconds: int = 24 * 3600
    """A fact that waits longer than this to be sent is shown as trouble."""
    expiry_warning_days: int = 30
    """So long before keys of the ceremony run out the fleet says so."""
    freshened_days: int = 4
    """What the hall signs anew every day is trouble when it is older than this."""
    hall_free_mb: int = 1000
    """Less than this free on the hall's disk is a trouble."""
    named_windows: int = 5
    """Windows that a sentence names one by one."""
    # Identity (security.md)
    invite_seconds: int = 15 * 60
    invite_tries: int = 5
    pin_tries: int = 5
    pin_lock_seconds: int = 15 * 60
    pin_unlocks_kept: int = 200
    """Locks that supervisors have opened at a window, the newest ones."""
    idle_lock_seconds: int = 5 * 60
    """Without a key; a window's setting may say another number of minutes, within the two that follow."""
    idle_lock_least: int = 60
    idle_lock_most: int = 60 * 60
    idle_lock_form_seconds: int = 30 * 60
    """While an applicant's case stands in the form: she is being talked with, until nobody can be there any more."""
    signature_window: int = 300
    # Clock evidence (S29)
    clock_offset_seconds: int = 300
    clock_contact_seconds: int = 7 * 24 * 3600
    # Typing
    text_chars: int = 2000
    field_chars: int = 200
    form_fields: int = 60
    draft_ms: int = 300
    # Intake lines
    line_bytes: int = 64 * 1024
    # A file of applications that an agent brings
    batch_bytes: int = 16 * 1024 * 1024
    batch_lines: int = 10_000
    batch_look_at_once: int = 20
    """Lines that are looked through at once: so long the next key may have to wait, some 20 ms."""
    batch_at_once: int = 3
    """Lines that are taken in, or papers of lines that are queued, at once: each is written to the disk."""
    batch_wait_seconds: float = 0.1
    """So long a key that opens a file waits for it: a small one is there before the next key, a large one comes."""
    people_offered: int = 9
    """Known people and firms that are proposed for a name: as many as a digit can choose."""
    # Storage
    busy_seconds: float = 10.0
    list_rows: int = 2000
    digit_hold_seconds: float = 0.12
    """How long a digit that is the key of an act waits for a second one: it may be the first of a scanned number."""
    glance_seconds: float = 0.3
    """How long after news have changed a list keys still mean the order before it: nobody reads and presses faster."""
    digits_held: int = 10
    """More digits in a row than that are a scan, read whole or not."""
    batch_cases: int = 100
    """Cases that one confirmation may act on at once."""
    handover_items: int = 500
    """Items of a queue that one hand-over at a shift's end offers at most."""
    # Scanned papers (S35)
    scan_bytes: int = 20 * 1024 * 1024
    """The largest scan: some forty pages in grey."""
    case_scan_bytes: int = 200 * 1024 * 1024
    case_scans: int = 200
    scan_store_bytes: int = 8 * 1024 * 1024 * 1024
    """What a terminal keeps of scans, its own and those that it fetched."""
    scan_waiting_bytes: int = 2 * 1024 * 1024 * 1024
    """What may wait at a terminal to be sent: beyond it the line has been down for long, and IT must know."""
    backup_scans: int = 100_000
    """Scans still to be sent that a backup copies at most."""
    scan_fetch_bytes: int = 8 * 1024 * 1024
    """Scans that are fetched when a case is opened, without being asked for one by one."""
    scan_piece_bytes: int = 256 * 1024
    scan_piece_least: int = 4 * 1024
    blob_part: int = 1024 * 1024
    """What a terminal asks for at a time of a catalogue or calendar; halved while something does not carry it."""
    blob_part_least: int = 16 * 1024
    scan_piece_seconds: float = 8.0
    """How long one piece may take: what is pushed meanwhile waits no longer for the line."""
    once_pieces: int = 4096
    """Pieces that `sync --once` carries at most: a gigabyte."""
    scan_retry_seconds: float = 60.0
    """Before a scan that the hall would not take is offered again."""
    scan_part_seconds: int = 24 * 3600
    """How long a piece of a scan lies about without another one coming."""
    backup_files_at_once: int = 20
    """Scans, and files of what is published, that the hall copies to its second place between two segments."""
    hall_scan_bytes: int = 512 * 1024 * 1024 * 1024
    hall_part_bytes: int = 4 * 1024 * 1024 * 1024
    """What the hall keeps of scans, and of those of which not all has come."""
    hall_scan_spare: int = 1024 * 1024 * 1024
    """Room that scans leave on the hall's disk: the log goes first."""
    # In the browser
    browser_consoles: int = 4
    """Consoles behind pages of one machine: each is a process."""
    browser_grace_seconds: float = 60.0
    """So long a lost tab may come back to its console as it was."""
    # Printing
    print_retry_seconds: float = 5.0
    print_retry_most: float = 300.0
    """A printer that is down is tried again after the first, then after twice as long each time, up to the second."""
    prints_at_once: int = 50
    """Papers of one run: a printer that comes back must not hold the worker for an hour."""
    print_old_seconds: int = 60
    """From this age on a paper that waits is shown as trouble."""
    printers: int = 20
    # A district's list of items (guide-only)
    district_bytes: int = 16 * 1024 * 1024
    district_rows: int = 20_000
    # The process beside the console
    drawing_seconds: float = 60.0
    """A paper takes a second at most, 200 names one; who takes longer hangs and is ended."""
    drawing_quiet_seconds: float = 300.0
    """So long the process that draws and spells is kept without work: what comes next then needs no start."""
    # Updates (updates.md)
    update_poll_seconds: float = 900.0
    """How often a terminal looks for what IT has published; each time up to a fifth earlier or later."""
    look_minutes_least: int = 5
    look_minutes_most: int = 240
    """Between these two IT's settings may choose another time."""
    beside_seconds: float = 5.0
    """How often a process without a screen looks whether settings wait, or another version is to begin."""
    update_read_seconds: float = 30.0
    """How long a read of a download may bring nothing."""
    update_fetch_seconds: float = 4 * 3600.0
    """How long a download may take in all; the next one goes on where it ended."""
    update_quiet_seconds: float = 300.0
    """After the deadline: how long nobody touches a key until an open form is put aside for the new version."""
    links_checked: int = 5_000
    """Own facts whose chain a new version looks at before it says that it stands: the newest ones."""
    self_check_seconds: float = 120.0
    """A new version that takes longer to say that it stands, does not."""
    self_check_mb_seconds: float = 0.5
    """So much longer for each megabyte of the memory: a version with another fold makes all of it anew then."""
    backups_before: int = 2
    """Copies of the memory from before a new version that are kept."""

    @property
    def kept_seconds(self) -> int:
        """How long what has ended stays at a terminal, with its raw bytes: N days, or three backups if longer (S21)."""
        return max(self.kept_days * 24 * 3600, 3 * self.backup_interval)


LIMITS = Limits()
