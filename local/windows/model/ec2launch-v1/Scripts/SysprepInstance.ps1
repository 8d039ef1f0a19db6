# The model's EC2Launch v1: generalizes Windows by sysprep.
param([switch]$NoShutdown)
$end = if ($NoShutdown) { '/quit' } else { '/shutdown' }
& "$env:SystemRoot\System32\Sysprep\sysprep.exe" /oobe /generalize $end "/unattend:$env:ProgramData\Amazon\EC2-Windows\Launch\Sysprep\Unattend.xml"
exit $LASTEXITCODE
