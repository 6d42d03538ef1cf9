package main

import "strings"

// infoField returns what a section of INFO says of a field, or nothing.
func infoField(c *conn, section, field string) string {
	for line := range strings.Lines(text(c.do("INFO", section))) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
