"""Stories of trade, work, home and neighbours."""

from sample.story import Story

STORIES: tuple[Story, ...] = (
    (
        {"cty": "firm", "r": "road", "hang": "goods", "pc": "int 5 60 5", "who": "person"},
        (
            "Kinh doanh. Băng rôn đỏ giăng ngang {r}: {cty} bớt {pc}%! Người ta chen nhau mua "
            "{hang}. {who} bán {hang} không kịp thở. Hết ngày, {who} đếm tiền, thấy bớt {pc}% mà "
            "vẫn lời. Từ đó ai cần {hang} cũng ra {r} tìm {cty}.",
        ),
    ),
    (
        {"q": "crop", "cho": "market", "a": "rise", "who": "person f"},
        (
            "{who_t} thở dài giữa {cho}. Tuần trước {q} còn {a}, nay {a_e}. Khách hỏi sao {q} lên "
            "tới {a_e}, {who} bảo tại mưa. Khách nhớ giá {a} nên bỏ đi. Cả {cho} xôn xao chuyện "
            "{q}: từ {a}, giờ {a_e}.",
        ),
    ),
    (
        {"q": "firm", "m": "dish", "gia": "k 20 75", "r": "road", "who": "person"},
        (
            "Đi dọc {r} nghe mùi {m}. Đó là quán {q}. {who} đứng bếp, tay múc {m} nhanh thoăn "
            "thoắt. Ăn xong hỏi giá, {who} giơ tay: {gia}. {gia} mà ngon thế! Khách hẹn mai lại ra "
            "{r}, lại vào {q}, lại gọi {m}.",
        ),
    ),
    (
        {"cty": "firm", "job": "job", "n": "int 2 60", "luong": "tr 6 28", "who": "person"},
        (
            "Việc làm. Tờ giấy dán ở cổng {cty}: cần {n} {job}. {who} đọc đi đọc lại. Trả {luong} "
            "cơ à? {who} vốn là {job}. Vào phỏng vấn, người của {cty} hỏi {who} muốn bao nhiêu. "
            "{luong} như giấy ghi. Thế là {who} thành một trong {n} {job} của {cty}.",
        ),
    ),
    (
        {
            "who": "person f",
            "mon": "subject",
            "lop": "class 3 9",
            "gs": "person",
            "tien": ("k 80 300 10"),
        },
        (
            "Con {who_a} học {lop}, kém {mon}. {who} nhờ {gs} kèm {mon}. {gs} lấy {tien} một giờ. "
            "Sau một tháng, đứa trẻ {lop} không còn sợ {mon}. {who} đưa {tien}, {gs} cầm rồi khen "
            "cháu {lop} sáng dạ.",
        ),
    ),
    (
        {"a": "person", "b": "person", "do": "lost", "cho": "market"},
        (
            "Đời sống. {a} hốt hoảng vì mất {do}. {a} lục khắp {cho}. {b} ngồi bán rau thấy {do} "
            "dưới gốc cây, đoán của ai đó. Gặp {a}, {b} hỏi: {do} phải không? {a} ôm {b}. Ở {cho} "
            "từ đó, {a} và {b} thành bạn.",
        ),
    ),
    (
        {"xa": "hamlet", "h": "hours", "who": "person m", "tr": "substation"},
        (
            "Quạt tắt lúc {h}. Cả {xa} kêu nóng. {who} trèo lên cột ở {tr}. Vợ {who} đứng dưới "
            "lo lắng. Mãi {h_e} đèn mới sáng, {xa} reo hò. {who} kể {tr} hỏng nặng, {h} cúp, "
            "{h_e} có, anh chưa uống ngụm nước nào.",
        ),
    ),
    (
        {"a": "person m young", "b": "person f young", "n": "int 80 600 10", "hall": "firm"},
        (
            "{b} mặc áo dài trắng. {a} run run trao nhẫn cho {b}. Ở {hall}, {n} người nâng ly "
            "mừng {a} và {b}. {hall} trang trí toàn hoa sen, đủ {n} đóa cho {n} người. {a} hứa "
            "sẽ thương {b} trọn đời.",
        ),
    ),
    (
        {"a": "person m young", "b": "person young", "song": "river", "tuoi": "int 7 16"},
        (
            "Có tiếng kêu dưới {song}. {b}, {tuoi} tuổi, đang chới với. {a} không kịp cởi giày, "
            "lao xuống {song}. {a} túm áo {b} kéo vào. Mẹ {b} khóc cảm ơn {a}. {tuoi} tuổi mà "
            "chưa biết bơi, {b} xin {a} dạy.",
        ),
    ),
    (
        {"a": "person", "b": "person", "q": "crop", "w": "weight small", "gia": "k 6 95"},
        (
            "{a} đẩy xe {q} qua ngõ. {b} gọi lại, mua {w}. {a} cân: {w}, tính {gia} một ký. {b} "
            "trả tiền rồi khen {q} tươi. {a} nói mai lại có {q}. Chiều ấy {b} nấu {w} {q} cho "
            "cả nhà, ai cũng hỏi mua của ai. Của {a}, giá {gia}.",
        ),
    ),
    (
        {"a": "person", "b": "person", "do": "goods", "n": "int 2 28"},
        (
            "{b} hỏi mượn {do}. {a} đưa {do} ngay, chỉ dặn {n} ngày nhớ trả. {n} ngày trôi qua, "
            "{b} mang {do} sang, kèm gói kẹo. {a} cười: {b} đúng hẹn thật, {n} ngày không hơn "
            "không kém.",
        ),
    ),
    (
        {"a": "person", "b": "person", "tien": "tr 2 60", "d": "date"},
        (
            "Tờ giấy vay viết tay: {a} nợ {b} {tien}, hẹn {d}. {b} cất giấy vào tủ. Đúng {d}, "
            "{a} đến với {tien} trong túi. {b} xé giấy. {a} nhẹ người, vì {tien} không nhỏ, và "
            "{b} thêm tin {a}.",
        ),
    ),
    (
        {"a": "person", "b": "person", "x": "road", "y": "road"},
        (
            "{a} ở {x}, {b} ở {y}. Hai người thường đạp xe qua nhau. Hôm nào {a} bận, {b} đi từ "
            "{y} sang {x}. Rồi {a} dời nhà về {y}, gần {b}. Giờ {x} chỉ còn là kỷ niệm; trên "
            "{y}, {a} và {b} là hàng xóm.",
        ),
    ),
    (
        {"who": "person", "n": "int 18 70", "j": "job", "xa": "commune"},
        (
            "Chào cả nhà, mình là {who}. Mình {n} tuổi. Quê mình ở {xa}. Mình làm {j} lâu rồi. Ở "
            "{xa} ai cũng gọi mình là {who_a} {j}. Bạn nào ghé {xa} nhớ tìm {who}, {j}, {n} tuổi, "
            "hay cười.",
            "Trên sân khấu, người dẫn giới thiệu {who}. {who} đến từ {xa}, năm nay {n}. Hỏi nghề, "
            "{who} đáp: {j}. Cả hội trường ồ lên vì {j} mà hát hay thế. {xa} hẳn tự hào về {who}, "
            "{j}, {n} tuổi.",
        ),
    ),
    (
        {"who": "person", "p": "int 2 60", "h": "hour", "w": "weekday"},
        (
            "Loa vang: {w}, phòng {p}, {h}. {who} chép vào tay: {h}, phòng {p}. Bạn hỏi thứ "
            "mấy, {who} đáp {w}. Đến {w}, {who} lên phòng {p} lúc chưa tới {h}. Phòng {p} vắng "
            "hoe, đồng hồ nhích dần tới {h}, mọi người mới vào.",
        ),
    ),
    (
        {"k": "int 3 400", "r": "road", "m": "dish", "n": "int 2 40", "who": "person"},
        (
            "Điện thoại reo. {n} suất {m}, số {k} {r}. {who} chở {n} suất {m} chạy tìm {r}. Số {k} "
            "đâu nhỉ? Hỏi mãi mới thấy số {k}. Khách mở cửa: {n} suất {m} phải không? {who} gật, "
            "xin chữ ký, ghi {k} {r} vào sổ.",
        ),
    ),
    (
        {"ten": "title", "hall": "hall", "who": "person", "t": "moment"},
        (
            'Tấm áp phích vẽ tay đề "{ten}". Bên dưới: {hall}, {t}. Người dựng vở là {who}. Dân '
            'quanh {hall} kháo nhau "{ten}" cảm động. {t}, ghế kín chỗ. Màn hạ, {who} cúi chào, '
            'còn "{ten}" ở lại trong lòng người.',
        ),
    ),
    (
        {"a": "person", "b": "person", "noi": "lake", "h": "hour"},
        (
            "{a} nhắn {b}: {h} ra {noi}. {b} đọc nhầm giờ nên tới sớm. Ở {noi}, {b} cho cá ăn. "
            "Đúng {h}, {a} xuất hiện. {b} trách yêu: {h} là {h}, không sai phút nào! Hai người "
            "đi quanh {noi}, {a} kể chuyện, {b} nghe.",
        ),
    ),
)
