#pragma once
#include <mysql.h>
#include <stdlib.h>
