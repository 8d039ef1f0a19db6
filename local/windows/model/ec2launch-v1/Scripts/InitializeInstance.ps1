# The model's EC2Launch v1: makes the agent set up the machine at its next start.
param([switch]$Schedule, [switch]$SchedulePerBoot)
if ($Schedule -or $SchedulePerBoot) {
    Register-LaunchAgent
}
