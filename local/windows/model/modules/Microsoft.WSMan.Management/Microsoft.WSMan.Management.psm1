# Is found before PowerShell's own module, which brings a drive WSMan: that takes long to load. The model's is in Drives.psm1.
