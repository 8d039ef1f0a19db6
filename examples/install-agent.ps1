# A step for packer/custom/: installs an agent whose setup needs a key, which is a SecureString in Parameter Store. The
# key gets neither into the log nor into the image.
#
# The build instance may read no parameter yet. Attach a *managed* policy with ssm:GetParameter on this one (and
# kms:Decrypt, if its key is yours) to the role eks-windows-images-<stage>-<Region>-guest: each deployment removes
# inline policies that it does not know.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

$parameter = '/platform/agent/setup-key'
$url = 'https://downloads.example.com/agent/7.4.1/agent-setup.exe'
$checksum = '0000000000000000000000000000000000000000000000000000000000000000'
$setup = "$env:TEMP\agent-setup.exe"
$places = @("$env:ProgramFiles\Agent", "$env:ProgramData\Agent", $env:TEMP)

Get-VerifiedFile -Url $url -Path $setup -Checksum $checksum

# OutputOnly, because without it a failure's message has what the program printed. What a script itself prints is in the
# log.
$arguments = @('ssm', 'get-parameter', '--region', $env:REGION, '--name', $parameter, '--with-decryption', '--query', 'Parameter.Value', '--output', 'text')
$key = "$(Invoke-Native -FilePath (Get-AwsCliPath) -ArgumentList $arguments -OutputOnly)".Trim()

try {
    # Never an argument: a failure names them, and Windows can log the command line of each process.
    $env:AGENT_SETUP_KEY = $key
    Invoke-Native -FilePath $setup -ArgumentList @('/quiet', '/norestart') -AllowedExitCode 0, 3010 -OutputOnly | Out-Null
}
finally {
    Remove-Item -Path 'Env:\AGENT_SETUP_KEY'
    Remove-Item -Path $setup
}

# Many a setup keeps what it is given, and every node of every cluster could read it. UTF-8 finds ASCII and UTF-8,
# Unicode is UTF-16.
foreach ($file in @(Get-ChildItem -Path $places -Recurse -File -Force -ErrorAction SilentlyContinue)) {
    foreach ($encoding in 'UTF8', 'Unicode') {
        if (Select-String -LiteralPath $file.FullName -Pattern $key -SimpleMatch -CaseSensitive -Encoding $encoding -Quiet) {
            throw "The setup left its key in $($file.FullName). Let the agent enrol when a node starts, in its user data."
        }
    }
}
"Installed the agent. Its key is in none of $($places -join ', ')."
