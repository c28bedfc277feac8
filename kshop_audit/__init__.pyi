from kshop_audit.interface import Report as Report
from kshop_audit.interface import audit as audit

__version__: str
