"""The explorer: one HTML file that shows a graph, opens from disk and asks the network for nothing.

    Graph -> payload (JSON, interned) -> page (template, style, script, hashes) -> file

`kg.explorer.page` has the functions to call. The page's own code is plain JavaScript in this
folder: ES modules that Python joins into one script, without a build step.
"""
