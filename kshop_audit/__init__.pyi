from kshop_audit.interface import AuditReport as Report
from kshop_audit.interface import audit

__all__ = ["Report", "__version__", "audit"]

__version__: str
