# A thin face on tasks.py, where each task is written once (Windows without make: `py tasks.py demo`).
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do $$name -c '' 2>/dev/null && { echo $$name; break; }; done)

.PHONY: setup demo check test bench soak mutants messages lock

setup demo check test bench soak mutants messages lock:
	@$(if $(PYTHON),,echo "Python was not found: install Python 3.11 or newer, with its venv module." >&2; exit 1;) $(PYTHON) tasks.py $@ $(ARGS)
