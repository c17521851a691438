"""The bare apps: what the same server does when it does nothing but the one thing that counts.

They know no caller, no query and no surface. What Doings adds to that is what a ratio shows.
"""
