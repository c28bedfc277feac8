"""kshop-audit: does a Kuaishou shop meet the platform's service rules, and when will it?"""

__version__ = "0.1.0"
