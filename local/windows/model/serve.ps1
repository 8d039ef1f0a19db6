# Runs script after script for local/windows/session.ts. Each session begins as a process does: with what this PowerShell
# adds of itself, which its type Kit has if it has any, and the prelude. Nothing else needs the prelude here.
param([Parameter(Mandatory)][string]$PortFile)
Import-Module -Name "$PSScriptRoot\Library.psm1" -DisableNameChecking
Import-ModelLibrary -Directory $env:MODEL_LIBRARY
$kit = 'Kit' -as [type]
$setUp = @(if ($kit) { $kit::GetCommand }) + ". '$PSScriptRoot\prelude.ps1'"
[Sessions]::new($Host, $setUp).Serve($PortFile)
