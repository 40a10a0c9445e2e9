"""Reports: what a person looks at. Pictures, the terminal and the page; nothing here decides anything."""
