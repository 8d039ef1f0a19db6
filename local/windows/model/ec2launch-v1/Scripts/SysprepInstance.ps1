# The model's EC2Launch v1: generalizes Windows by sysprep.
param([switch]$NoShutdown)
$end = if ($NoShutdown) { '/quit' } else { '/shutdown' }
& "$env:SystemRoot\System32\Sysprep\sysprep.exe" /oobe /generalize $end
exit $LASTEXITCODE
