"""What goes between centres: identities, peers, bundles, and the exchange file that loses none of them."""
