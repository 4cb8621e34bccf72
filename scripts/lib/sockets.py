"""sockets.py FILE COMMAND...: opens the sockets that FILE lists, one a line with descriptor, address and port, and becomes COMMAND, which
inherits them. They are bound and nobody listens yet: whoever connects before the first start is refused, and afterwards waits in the
queue while a process is started again.
"""

import os
import socket
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        wanted = [line.split() for line in lines if line.strip()]
    for descriptor, address, port in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as opened:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                opened.bind((address, int(port)))
            except OSError as error:
                sys.exit(f"  ! Nobody can listen at {address} port {port}: {error.strerror}")
            os.dup2(opened.fileno(), int(descriptor), inheritable=True)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
