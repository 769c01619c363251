"""Frames of weather and traffic."""

from sample.frame import Frame

WEATHER = (
    Frame(
        "mua",
        "thời tiết",
        {"h": "district", "mm": "int 20 240", "t": "moment", "c": "int 19 29", "h2": "district"},
        (
            "{t}, {h} có mưa [to|lớn|vừa đến to], lượng mưa chừng {mm} mm, nhiệt độ cao nhất "
            "{c} độ. {h2} [tạnh ráo|không mưa], trời nhiều mây.",
            "{h2} khô ráo, còn {h} [hứng|đón] {mm} mm mưa vào {t}. Nhiệt độ [không quá|cao "
            "nhất] {c} độ.",
            "Mây dày kéo về {h} từ {t}, [gây mưa|mang theo mưa] {mm} mm. Trong khi đó {h2} [vẫn "
            "tạnh ráo|có nắng nhẹ], cao nhất {c} độ.",
        ),
        "{h} có mưa {mm} mm vào {t}.",
        {
            "h": ("nơi có mưa", "Nơi nào có mưa?|Huyện nào mưa to?|Mưa rơi ở huyện nào?"),
            "mm": ("lượng mưa", "Lượng mưa là bao nhiêu mm?|Mưa bao nhiêu mm?"),
            "h2": ("nơi không mưa", "Nơi nào không mưa?|Huyện nào khô ráo?"),
            "c": ("nhiệt độ cao nhất", "Nhiệt độ cao nhất là bao nhiêu độ?|Trời cao nhất mấy độ?"),
            "t": ("thời gian", "Trời mưa vào lúc nào?|Khi nào có mưa?"),
        },
    ),
    Frame(
        "ret",
        "thời tiết",
        {
            "xa": "commune",
            "c": "int 3 11",
            "n": "int 2 9",
            "w": "weekday",
            "h2": "hour 1 5",
            "g": "int 4 7",
        },
        (
            "Không khí lạnh tràn về {xa} từ {w}, [trời rét suốt|rét đậm] {n} ngày. Thấp nhất "
            "{c} độ vào khoảng {h2}, gió cấp {g}.",
            "{xa} sẽ rét {n} ngày kể từ {w}. [Gió thổi|Gió mạnh] cấp {g}; lúc lạnh nhất, khoảng "
            "{h2}, [chỉ còn|xuống tới] {c} độ.",
            "Khoảng {h2}, nhiệt độ ở {xa} [xuống|giảm còn] {c} độ, gió cấp {g}. Đợt rét bắt đầu "
            "{w} và [kéo dài|còn trong] {n} ngày.",
        ),
        "{xa} rét {n} ngày, thấp nhất {c} độ.",
        {
            "xa": ("nơi rét", "Nơi nào bị rét?|Đợt rét xảy ra ở đâu?"),
            "c": ("nhiệt độ thấp nhất", "Thấp nhất là mấy độ?|Lúc lạnh nhất là bao nhiêu độ?"),
            "n": ("số ngày rét", "Rét trong mấy ngày?|Đợt rét kéo dài bao nhiêu ngày?"),
            "w": ("ngày bắt đầu", "Rét từ hôm nào?|Đợt rét bắt đầu vào thứ mấy?"),
            "g": ("cấp gió", "Gió cấp mấy?|Gió mạnh cấp bao nhiêu?"),
            "h2": ("giờ lạnh nhất", "Lạnh nhất vào lúc mấy giờ?|Mấy giờ thì lạnh nhất?"),
        },
    ),
    Frame(
        "bao",
        "thời tiết",
        {
            "so": "int 1 14",
            "km": "int 40 600 10",
            "bo": "name",
            "cap": "int 8 14",
            "t": "moment",
            "v": "int 10 28",
        },
        (
            "Bão số {so} [đang ở cách|còn cách] bờ biển {bo} {km} km, gió mạnh cấp {cap}. Bão "
            "đi được {v} km mỗi giờ và [đổ bộ|vào bờ] {t}.",
            "{t}, bão số {so} sẽ [đổ bộ vào|vào tới] {bo}. Hiện tâm bão cách bờ {km} km, gió "
            "cấp {cap}, mỗi giờ [đi|di chuyển] {v} km.",
            "Mỗi giờ tiến {v} km, bão số {so} với sức gió cấp {cap} [hướng thẳng|đang hướng] về "
            "{bo}. Tâm bão còn cách bờ {km} km, [dự báo|có thể] vào bờ {t}.",
        ),
        "Bão số {so} cấp {cap} sắp vào {bo}.",
        {
            "so": ("số hiệu bão", "Đó là bão số mấy?|Cơn bão mang số nào?"),
            "bo": ("nơi đổ bộ", "Bão hướng về đâu?|Bão vào vùng biển nào?"),
            "km": ("khoảng cách", "Bão cách bờ bao nhiêu km?|Tâm bão còn cách bờ mấy km?"),
            "cap": ("sức gió", "Gió bão mạnh cấp mấy?|Sức gió cấp bao nhiêu?"),
            "v": ("tốc độ", "Mỗi giờ bão đi bao nhiêu km?|Bão di chuyển mấy km một giờ?"),
            "t": ("thời gian vào bờ", "Bao giờ bão vào bờ?|Bão đổ bộ khi nào?"),
        },
    ),
    Frame(
        "trieu",
        "thời tiết",
        {"s": "station", "m": "dec 1 4", "song": "river", "d": "date", "h2": "hour", "r": "road"},
        (
            "Nước {song} [dâng|lên] {m} m tại {s} lúc {h2} {d}. {r} có thể [bị ngập|ngập sâu], "
            "người đi đường nên tránh.",
            "{s} đo được mực nước {m} m trên {song} [vào|lúc] {h2} {d}. Triều cường [làm "
            "ngập|tràn vào] {r}.",
            "{r} [ngập|lênh láng nước] vì triều cường trên {song}. Đỉnh triều {m} m [xuất "
            "hiện|được ghi] tại {s} lúc {h2} {d}.",
        ),
        "Triều cường {song} cao {m} m, {r} ngập.",
        {
            "m": ("mực nước", "Mực nước cao bao nhiêu m?|Nước dâng mấy m?"),
            "song": ("dòng nước", "Nước dâng ở đâu?|Triều cường trên dòng nào?"),
            "s": ("trạm đo", "Trạm nào đo mực nước?|Số liệu đo tại trạm nào?"),
            "r": ("đường ngập", "Đường nào bị ngập?|Người đi đường nên tránh đường nào?"),
            "h2": ("giờ", "Nước lên cao lúc mấy giờ?|Đỉnh triều lúc mấy giờ?"),
            "d": ("ngày", "Triều lên ngày nào?|Nước dâng vào ngày nào?"),
        },
    ),
)

TRAFFIC = (
    Frame(
        "cam_duong",
        "giao thông",
        {
            "r": "road",
            "r2": "road",
            "d": "date",
            "n": "int 3 60",
            "cau": "bridge",
            "who": ("person m"),
        },
        (
            "{r} [cấm xe|đóng] {n} ngày từ {d} để sửa {cau}. Xe cộ [đi vòng|rẽ] qua {r2}. {who_t} "
            "[trực|hướng dẫn] ở đầu đường.",
            "Vì sửa {cau}, từ {d} xe không được vào {r} trong {n} ngày. {who_t} [đứng chỉ "
            "đường|hướng dẫn xe] sang {r2}.",
            "Muốn tránh {r}, [lái xe|tài xế] nên đi {r2}: {cau} đang sửa, đường đóng {n} ngày "
            "kể từ {d}. Người trực là {who_t}.",
        ),
        "{r} đóng {n} ngày để sửa {cau}.",
        {
            "r": ("đường cấm", "Đường nào bị cấm xe?|Đường nào đóng?"),
            "r2": ("đường thay thế", "Xe phải đi vòng đường nào?|Đường thay thế là đường nào?"),
            "cau": ("công trình", "Cầu nào được sửa?|Đường đóng để sửa cầu nào?"),
            "n": ("số ngày", "Đường đóng mấy ngày?|Việc sửa kéo dài bao nhiêu ngày?"),
            "who": ("người trực", "Ai trực hướng dẫn?|Người chỉ đường tên gì?"),
            "d": ("ngày bắt đầu", "Cấm xe từ ngày nào?|Việc sửa bắt đầu ngày nào?"),
        },
    ),
    Frame(
        "khanh_thanh",
        "giao thông",
        {
            "cau": "bridge",
            "xa": "commune",
            "m": "int 18 320",
            "tien": "tr 120 980 10",
            "d": "date",
            "song": "river",
        },
        (
            "{xa} [khánh thành|thông xe] {cau} bắc qua {song} {d}. Cầu dài {m} m, [xây hết|tốn] "
            "{tien}.",
            "{cau} dài {m} m qua {song} đã [thông xe|khánh thành] {d}. {xa} [chi|góp] {tien} để "
            "xây cầu.",
            "Với {tien}, {xa} [xây xong|làm xong] {cau}. {d}, dòng xe đầu tiên đi qua {m} m cầu "
            "[bắc ngang|trên] {song}.",
        ),
        "{xa} khánh thành {cau} dài {m} m.",
        {
            "cau": ("tên cầu", "Cây cầu tên gì?|Cầu nào vừa khánh thành?"),
            "xa": ("nơi có cầu", "Cầu ở đâu?|Nơi nào khánh thành cầu?"),
            "m": ("chiều dài", "Cầu dài bao nhiêu m?|Chiều dài cầu là mấy m?"),
            "tien": ("kinh phí", "Cầu xây hết bao nhiêu tiền?|Kinh phí xây cầu là bao nhiêu?"),
            "song": ("dòng nước", "Cầu bắc qua đâu?|Cầu bắc qua dòng nước nào?"),
            "d": ("ngày thông xe", "Cầu thông xe ngày nào?|Ngày nào khánh thành cầu?"),
        },
    ),
    Frame(
        "xe_buyt",
        "giao thông",
        {
            "so": "int 11 98",
            "a": "market",
            "b": "hospital",
            "gia": "k 5 30",
            "h": "hour 4 6",
            "p": "int 10 45 5",
        },
        (
            "Tuyến xe buýt số {so} chạy từ {a} đến {b}, [giá vé|vé] {gia} một lượt. Chuyến đầu "
            "lúc {h}, [cứ|mỗi] {p} phút một chuyến.",
            "Từ {a} có thể đi xe buýt số {so} tới {b}. Cứ {p} phút có một chuyến, [sớm "
            "nhất|chuyến đầu] lúc {h}, vé {gia}.",
            "Xe buýt số {so} [bắt đầu|mở bến] lúc {h} ở {a}, {p} phút một chuyến, đưa khách tới "
            "{b} với giá {gia}.",
        ),
        "Xe buýt số {so} chạy từ {a} đến {b}.",
        {
            "so": ("số tuyến", "Đó là xe buýt số mấy?|Tuyến xe mang số nào?"),
            "a": ("bến đầu", "Xe chạy từ đâu?|Bến đầu của tuyến ở đâu?"),
            "b": ("bến cuối", "Xe chạy tới đâu?|Bến cuối của tuyến ở đâu?"),
            "gia": ("giá vé", "Giá vé là bao nhiêu?|Một lượt xe giá bao nhiêu?"),
            "h": ("chuyến đầu", "Chuyến đầu chạy lúc mấy giờ?|Mấy giờ có chuyến sớm nhất?"),
            "p": ("số phút chờ", "Mấy phút có một chuyến?|Bao nhiêu phút một chuyến?"),
        },
    ),
    Frame(
        "va_cham",
        "giao thông",
        {
            "cho": "crossing",
            "a": "person",
            "b": "person",
            "bv": "hospital",
            "t": "moment",
            "n": "int 15 90 5",
        },
        (
            "{t}, xe máy của {a_t} va vào xe tải của {b_t} ở {cho}. {a_a} [được đưa tới|vào] "
            "{bv}; đường [tắc|kẹt] {n} phút.",
            "Đường qua {cho} tắc {n} phút {t} vì xe tải của {b_t} [đụng|va phải] xe máy của "
            "{a_t}. Người đi xe máy [được đưa đến|nằm ở] {bv}.",
            "{bv} [vừa nhận|tiếp nhận] {a_t}, người đi xe máy va phải xe tải do {b_t} lái ở "
            "{cho} {t}. Xe cộ [ùn lại|bị tắc] {n} phút.",
        ),
        "Xe máy của {a} và xe tải của {b} va nhau ở {cho}.",
        {
            "a": ("người đi xe máy", "Ai đi xe máy?|Người đi xe máy là ai?|Ai phải vào bệnh viện?"),
            "b": ("người lái xe tải", "Ai lái xe tải?|Người lái xe tải tên gì?"),
            "cho": ("nơi xảy ra", "Hai xe va nhau ở đâu?|Vụ va chạm xảy ra ở đâu?"),
            "bv": (
                "bệnh viện",
                "Người bị thương nằm ở đâu?|Người đi xe máy được đưa tới bệnh viện nào?",
            ),
            "n": ("số phút tắc", "Đường tắc bao nhiêu phút?|Xe cộ bị tắc mấy phút?"),
            "t": ("thời gian", "Hai xe va nhau khi nào?|Vụ va chạm xảy ra lúc nào?"),
        },
    ),
    Frame(
        "ben_pha",
        "giao thông",
        {"b": "port", "h": "hours", "gia": "k 4 25", "who": "person", "d": "date"},
        (
            "Kể từ {d}, {b} mở lúc {h} và [nghỉ|đóng] lúc {h_e}. Vé xe máy {gia}. [Trưởng "
            "bến|Người trông bến] là {who_t}.",
            "{who_t}, trưởng bến, cho biết {b} [đổi giờ|có giờ mới] từ {d}: chuyến đầu {h}, "
            "chuyến cuối {h_e}, vé xe máy {gia}.",
            "Vé xe máy qua {b} [còn|nay là] {gia} từ {d}. Chuyến đầu rời bến lúc {h}, chuyến "
            "cuối lúc {h_e}, theo [lời|thông báo của] {who_t}.",
        ),
        "{b} chạy từ {h} đến {h_e} kể từ {d}.",
        {
            "h": ("chuyến đầu", "Chuyến đầu lúc mấy giờ?|Bến mở lúc mấy giờ?"),
            "h_e": ("chuyến cuối", "Chuyến cuối lúc mấy giờ?|Mấy giờ bến nghỉ?"),
            "gia": ("giá vé", "Vé xe máy bao nhiêu?|Chở xe máy giá bao nhiêu?"),
            "who": ("trưởng bến", "Trưởng bến là ai?|Ai trông coi bến?"),
            "b": ("tên bến", "Giờ mới áp dụng ở bến nào?|Bến nào đổi giờ?"),
            "d": ("ngày áp dụng", "Giờ mới có từ ngày nào?|Ngày nào bắt đầu đổi giờ?"),
        },
    ),
)

FRAMES = WEATHER + TRAFFIC
