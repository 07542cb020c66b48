"""Files on an SFTP server, in and out (draft-ietf-secsh-filexfer-02, version 3 of the protocol, which all servers speak).

    connection.py  the server, its host key, who we are; what its errors mean
    source.py      files taken from a folder: claimed by rename, read, handed in, put away
    sink.py        files put into a folder: under a temporary name, then renamed

The rules of settling, splitting and naming are those of the connector `files`.
Lives here: all that knows SSH. May not: keep anything of a file on this machine's disk. Read first: `source.py`.
"""

from .connection import SshServer
from .sink import SftpSink, SinkSettings, sink
from .source import SftpSource, SourceSettings, source

__all__ = ["SftpSink", "SftpSource", "SinkSettings", "SourceSettings", "SshServer", "sink", "source"]
