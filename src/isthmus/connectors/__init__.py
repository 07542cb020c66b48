"""One file for each system's API. A connector is a module with one or both of these pairs:

    SourceSettings, source(settings, context) -> ports.Source
    SinkSettings,   sink(settings, context)   -> ports.Sink           split(body, key) -> pieces, where a batch can be divided

Settings are frozen msgspec structs that refuse unknown fields. Adding a connector adds one file here and nothing
elsewhere: hub.toml names it by the module's name.
What begins with an underscore is no connector: it is what several do alike (`_polling.py` for those that look for their
messages, `_intake.py`, `_file_transfer`).
Lives here: what speaks to the outside. May not: import another connector, the journal, or a flow. Read first: `mllp.py`.
"""
