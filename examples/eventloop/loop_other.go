//go:build !linux

package main

import "errors"

func serve(string) error { return errors.New("this example uses epoll, which only Linux has") }
