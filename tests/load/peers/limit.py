# The floor of the sync work in Python: events of ~600 B in batches, pushed over HTTP into SQLite with FULL, and pulled by
# a fresh terminal that stores them durably. Nothing is judged, hashed, chained or signed.
# install: httpx==0.28.1 starlette==1.10.0 uvicorn==0.54.0 httptools==0.9.0 uvloop==0.23.0 orjson==3.13.0
# run:     python limit.py [N=10000] [batch=400]   (one JSON line, rows/s)
import asyncio, json, os, shutil, socket, sqlite3, subprocess, sys, tempfile, time
import httpx, orjson

N = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] != "--server" else 10_000
B = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[1] != "--server" else 400


def make(i: int) -> dict:  # same shape as makeDoc in pouch_bench.mjs
    n = f"{i:012d}"
    return {
        "_id": f"0192f3a0-{n[:4]}-7{n[4:7]}-8{n[7:10]}-{n}", "type": "case.step_recorded", "v": 1, "case_no": f"2026-{i % 50000:06d}",
        "hall": "H01", "window": f"W{i % 24}", "clerk": f"clerk-{i % 60}", "actor_role": "counter", "local_seq": i, "base_hall_seq": max(0, i - 17),
        "at": f"2026-11-23T08:{i // 60 % 60:02d}:{i % 60:02d}.123Z",
        "data": {"step": "document_check", "result": "accepted" if i % 7 else "supplement",
                 "items": ["id_card", "application_form", "photo", "residence_proof"],
                 "note": f"Applicant {i * 7919 % 100003} handed in the originals and two copies; the clerk checked the seal and the date of issue, and returned the originals.",
                 "fee": {"currency": "CNY", "amount": i % 200 * 5, "receipt": f"R{n}"}},
    }


SCHEMA = """
create table if not exists event (hall_seq integer primary key, id blob not null unique, terminal text not null, local_seq integer not null, case_no text not null,
  kind text not null, v integer not null, at text not null, body text not null, unique (terminal, local_seq)) strict;
create table if not exists terminal (terminal text primary key, last_local_seq integer not null) strict;
create table if not exists hall (k integer primary key check (k = 1), seq integer not null) strict;
insert or ignore into hall values (1, 0);
"""


def opendb(path: str, sync: str = "FULL") -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("pragma journal_mode=WAL"); db.execute(f"pragma synchronous={sync}"); db.executescript(SCHEMA)
    return db


def hwm() -> int:  # VmHWM, not ru_maxrss: Linux carries ru_maxrss over fork+exec, so a child would report its parent's peak
    return next(int(x.split()[1]) // 1024 for x in open("/proc/self/status") if x.startswith("VmHWM"))


def hexid(s: str) -> bytes: return bytes.fromhex(s.replace("-", ""))


def insert(db: sqlite3.Connection, term: str, rows: list[dict], bodies: list[str] | None = None) -> int:
    """One push = one transaction: hall_seq from a counter row, dedup by id, the terminal's high-water mark moved with it."""
    db.execute("begin immediate")
    try:
        (seq,) = db.execute("select seq from hall").fetchone()
        vals = []
        for j, r in enumerate(rows):
            seq += 1
            vals.append((seq, hexid(r["_id"]), term, r["local_seq"], r["case_no"], r["type"], r["v"], r["at"], bodies[j] if bodies else orjson.dumps(r).decode()))
        db.executemany("insert into event values (?,?,?,?,?,?,?,?,?) on conflict do nothing", vals)
        db.execute("update hall set seq=?", (seq,))
        db.execute("insert into terminal values (?,?) on conflict(terminal) do update set last_local_seq=max(last_local_seq, excluded.last_local_seq)", (term, rows[-1]["local_seq"]))
        db.execute("commit")
    except BaseException:
        db.execute("rollback"); raise
    return seq


def server(path: str, port: int) -> None:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    db = opendb(path)
    lock = asyncio.Lock()

    async def push(req: Request) -> Response:
        body = await req.body()
        rows = orjson.loads(body)
        async with lock:
            seq = await asyncio.to_thread(insert, db, req.headers.get("x-terminal", "W1"), rows) if THREAD else insert(db, req.headers.get("x-terminal", "W1"), rows)
        return Response(orjson.dumps({"seq": seq, "n": len(rows)}), media_type="application/json")

    async def echo(req: Request) -> Response:  # transport only: body in, tiny body out
        return Response(b'{"n":%d}' % len(await req.body()), media_type="application/json")

    async def pull(req: Request) -> Response:
        after, n = int(req.query_params["after"]), int(req.query_params["n"])
        rs = db.execute("select hall_seq, body from event where hall_seq>? order by hall_seq limit ?", (after, n)).fetchall()
        # splice stored text: no decode/encode on the server
        out = b"[" + b",".join(b'{"seq":%d,"e":%s}' % (s, b.encode()) for s, b in rs) + b"]"
        return Response(out, media_type="application/json")

    async def rss(req: Request) -> Response:
        return Response(b"%d" % hwm())

    THREAD = os.environ.get("LIMIT_THREAD", "1") == "1"
    app = Starlette(routes=[Route("/push", push, methods=["POST"]), Route("/echo", echo, methods=["POST"]), Route("/pull", pull), Route("/rss", rss)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def rate(t0: float, n: int = 0) -> int: return round((n or N) / (time.perf_counter() - t0))


def run(tmp: str) -> dict:
    out: dict = {}
    rows = [make(i) for i in range(N)]
    batches = [rows[i:i + B] for i in range(0, N, B)]
    out["bytes_per_row"] = round(sum(len(orjson.dumps(r)) for r in rows[:1000]) / 1000)
    # HTTP
    s = socket.socket(); s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]; s.close()
    p = subprocess.Popen([sys.executable, __file__, "--server", f"{tmp}/hall.db", str(port)])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, transport=httpx.HTTPTransport(retries=8)) as c:
            c.get("/rss")  # tried again until it is there
            h = {"content-type": "application/json", "x-terminal": "W1"}
            t = time.perf_counter()
            for b in batches: c.post("/push", content=orjson.dumps(b), headers=h).raise_for_status()
            out["http_push_end_to_end"] = rate(t)
            # a fresh terminal pulls all: decode, and insert durably into its own file
            db = opendb(f"{tmp}/pull.db"); t = time.perf_counter(); last = got = 0
            while True:
                es = orjson.loads(c.get(f"/pull?after={last}&n={B}").content)
                if not es: break
                db.execute("begin immediate")
                db.executemany("insert into event values (?,?,?,?,?,?,?,?,?) on conflict do nothing",
                               [(e["seq"], hexid(e["e"]["_id"]), "W1", e["e"]["local_seq"], e["e"]["case_no"], e["e"]["type"], e["e"]["v"], e["e"]["at"], orjson.dumps(e["e"]).decode()) for e in es])
                db.execute("commit"); last = es[-1]["seq"]; got += len(es)
            out["http_pull_and_store"] = rate(t); db.close(); assert got == N, got
            out["server_rssMB"] = int(c.get("/rss").text)
    finally:
        p.terminate(); p.wait()
    out["client_rssMB"] = hwm()
    out["hall_db_MB"] = round(os.path.getsize(f"{tmp}/hall.db") / 1e6, 1); out["load"] = round(os.getloadavg()[0], 2)
    return out


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--server":
        server(sys.argv[2], int(sys.argv[3]))
    else:
        tmp = tempfile.mkdtemp(prefix="limit-", dir=os.environ.get("BENCH_TMP"))
        try: print(json.dumps(run(tmp)), flush=True)
        finally: shutil.rmtree(tmp, ignore_errors=True)
