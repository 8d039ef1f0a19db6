package main

import (
	"syscall"
	"unsafe"
)

const setupState = `SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State`

var setKeyValue = syscall.NewLazyDLL("advapi32.dll").NewProc("RegSetKeyValueW")

// setImageState writes what Windows says of its own generalizing, where scripts read it and into the state.
func setImageState(value string) {
	key, err := syscall.UTF16PtrFromString(setupState)
	check(err)
	name, err := syscall.UTF16PtrFromString("ImageState")
	check(err)
	data, err := syscall.UTF16FromString(value)
	check(err)
	code, _, _ := setKeyValue.Call(uintptr(syscall.HKEY_LOCAL_MACHINE), uintptr(unsafe.Pointer(key)),
		uintptr(unsafe.Pointer(name)), syscall.REG_SZ, uintptr(unsafe.Pointer(&data[0])), uintptr(2*len(data)))
	if code != 0 {
		check(syscall.Errno(code))
	}
	updateState(func(state State) { state["imageState"] = value })
}
