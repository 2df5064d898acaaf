"""idbridge: one sign-in, and signatures that count, in Guangdong, Hong Kong and Macao."""
