"""Preloaded by the fork server alone: it ignores a SIGTERM sent to the whole process group.

The server's end would look like the end of all workers, which are closing what they have open at that moment. It ends
when the coordinator and the workers have ended.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
