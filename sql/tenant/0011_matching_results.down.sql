DROP TABLE matching_results;
