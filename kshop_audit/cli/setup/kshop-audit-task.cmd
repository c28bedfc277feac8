@chcp 65001 >nul
schtasks /Create /F /TN "kshop-audit" /SC DAILY /ST 08:30 /TR "cmd /c cd /d \"%~dp0.\" && {command} check \"{exports}\" -q --history shop.db --out report.html"
