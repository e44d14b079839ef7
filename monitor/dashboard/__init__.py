"""The terminal dashboard: an MQTT client like any other."""

from monitor.dashboard.app import DashboardApp
from monitor.dashboard.run import run_dashboard, show

__all__ = ["DashboardApp", "run_dashboard", "show"]
