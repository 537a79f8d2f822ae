@rem "exec node ..." in package.json hands signals straight to node on a POSIX shell. This gives cmd the same word.
@%*
