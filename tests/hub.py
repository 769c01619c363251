"""A small model hub on loopback: what ``huggingface_hub`` asks of one, for files in a folder."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def serving(folder: Path, repo: str, revision: str) -> Iterator[tuple[str, list[str]]]:
    """Serve ``folder`` as ``repo`` at one commit; gives the address and the requests seen."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, *, body: bool):
            path = self.path.partition("?")[0]
            seen.append(path)
            if path == f"/api/models/{repo}/revision/{revision}":
                names = sorted(p.name for p in folder.iterdir())
                siblings = [{"rfilename": name} for name in names]
                self.send(json.dumps({"id": repo, "sha": revision, "siblings": siblings}), body)
            elif path == f"/api/models/{repo}/tree/{revision}":
                entries = [
                    {"type": "file", "path": p.name, "size": p.stat().st_size, "oid": "0" * 40}
                    for p in sorted(folder.iterdir())
                ]
                self.send(json.dumps(entries), body)
            elif path.startswith(f"/{repo}/resolve/{revision}/"):
                file = folder / path.rpartition("/")[2]
                if file.is_file():
                    self.send(file.read_bytes(), body)
                else:
                    self.missing("EntryNotFound")
            else:
                self.missing("RepoNotFound")

        def missing(self, code):
            self.send_response(404)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def send(self, content, body):
            data = content.encode() if isinstance(content, str) else content
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
            self.send_header("X-Repo-Commit", revision)
            self.end_headers()
            if body:
                self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
