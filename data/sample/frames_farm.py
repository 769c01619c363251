"""Frames of farming and the environment."""

from sample.frame import Frame

FARM = (
    Frame(
        "mua_vu",
        "nông nghiệp",
        {
            "who": "person",
            "xa": "hamlet",
            "cay": "crop",
            "sl": "weight",
            "gia": "k 6 95",
            "buy": "firm",
        },
        (
            "{who_t} ở {xa} [vừa thu|thu được] {sl} {cay}. Vựa {buy} [mua hết|đến mua] với giá "
            "{gia} một kg.",
            "Vựa {buy} trả {gia} cho mỗi kg {cay} của {who_t}. [Vụ này|Năm nay] vườn nhà "
            "{who_a} ở {xa} thu {sl}.",
            "Nhà {who_t} ở {xa} [được mùa|trúng mùa] {cay}: {sl}, bán cho vựa {buy}, {gia} mỗi kg.",
        ),
        "{who_t} ở {xa} thu {sl} {cay}.",
        {
            "who": ("nông dân", "Ai trồng {cay}?|Ai thu {sl} {cay}?|Chủ vườn là ai?"),
            "xa": ("nơi trồng", "Vườn ở đâu?|{who_a} ở đâu?"),
            "cay": ("nông sản", "{who_a} bán nông sản gì?|Vựa {buy} mua gì?"),
            "sl": ("sản lượng", "{who_a} thu được bao nhiêu?|Sản lượng {cay} là bao nhiêu?"),
            "gia": ("giá bán", "Mỗi kg {cay} giá bao nhiêu?|Giá một kg là bao nhiêu?"),
            "buy": ("nơi mua", "Vựa nào mua {cay}?|{who_a} bán cho vựa nào?"),
        },
    ),
    Frame(
        "chuyen_doi",
        "nông nghiệp",
        {
            "who": "person",
            "xa": "commune",
            "a": "crop",
            "b": "crop",
            "ha": "int 2 30",
            "lai": "tr 120 980 10",
        },
        (
            "{who_t} ở {xa} bỏ {a}, chuyển {ha} ha đất sang trồng {b}. [Mỗi năm|Một năm] gia "
            "đình [lãi|thu về] {lai}.",
            "Thấy {a} mất giá, {who_t} trồng {b} trên {ha} ha ở {xa}, [nay lãi|và lãi] {lai} "
            "mỗi năm.",
            "Nhờ {b}, {who_t} lãi {lai} một năm. Trước đây {ha} ha đất ở {xa} của {who_a} [chỉ "
            "trồng|toàn là] {a}.",
        ),
        "{who_t} chuyển từ {a} sang {b}, lãi {lai}.",
        {
            "who": ("nông dân", "Ai đổi cây trồng?|Người chuyển sang trồng {b} là ai?"),
            "xa": ("nơi trồng", "Đất của {who_a} ở đâu?|{who_a} trồng {b} ở đâu?"),
            "a": ("cây cũ", "Trước đây {who_a} trồng gì?|Cây cũ là cây gì?"),
            "b": ("cây mới", "Bây giờ {who_a} trồng gì?|Cây mới là cây gì?"),
            "ha": ("diện tích", "Đất rộng bao nhiêu ha?|{who_a} có mấy ha đất?"),
            "lai": ("tiền lãi", "Mỗi năm lãi bao nhiêu?|{who_a} lãi bao nhiêu một năm?"),
        },
    ),
    Frame(
        "sau_benh",
        "nông nghiệp",
        {
            "xa": "rural",
            "s": "pest",
            "ha": "int 12 400",
            "who": "person",
            "d": "date",
            "n": ("int 3 15"),
        },
        (
            "{s} [phá|đang phá] {ha} ha lúa ở {xa}. Cán bộ {who} khuyên bà con phun thuốc trước "
            "{d}, [cách nhau|nhắc lại sau] {n} ngày.",
            "{ha} ha lúa ở {xa} [nhiễm|bị] {s}. [Theo|Theo lời] cán bộ {who}, bà con cần phun "
            "thuốc trước {d} và phun lại sau {n} ngày.",
            "Cán bộ {who} [về|xuống] {xa} xem {ha} ha lúa bị {s}. Hạn phun thuốc là {d}, {n} "
            "ngày sau [kiểm tra|phun] lại.",
        ),
        "{ha} ha lúa ở {xa} bị {s}.",
        {
            "s": ("sâu bệnh", "Lúa bị gì?|Sâu bệnh nào hại lúa?"),
            "xa": ("nơi bị hại", "Lúa ở đâu bị hại?|Xã nào có lúa bị hại?"),
            "ha": ("diện tích", "Bao nhiêu ha lúa bị hại?|Diện tích bị hại là mấy ha?"),
            "who": ("cán bộ", "Cán bộ nào hướng dẫn bà con?|Ai khuyên bà con phun thuốc?"),
            "n": ("số ngày", "Sau mấy ngày thì làm lại?|Hai lần cách nhau bao nhiêu ngày?"),
            "d": ("hạn phun thuốc", "Phải phun thuốc trước ngày nào?|Hạn phun thuốc là ngày nào?"),
        },
    ),
    Frame(
        "xuat_khau",
        "nông nghiệp",
        {
            "htx": "name",
            "q": "fruit",
            "sl": "int 6 90",
            "nuoc": "country",
            "who": "person",
            "nuoc2": "country",
        },
        (
            "Hợp tác xã {htx} [xuất|gửi] {sl} tấn {q} sang {nuoc}. Giám đốc {who} [nói|cho "
            "biết] sắp tới sẽ bán cả sang {nuoc2}.",
            "{sl} tấn {q} của hợp tác xã {htx} [đã lên tàu sang|vừa tới] {nuoc}. {nuoc2} là nơi "
            "tiếp theo, [theo|theo lời] giám đốc {who}.",
            "Giám đốc {who} của hợp tác xã {htx} đang [tìm đường|tính] bán {q} sang {nuoc2}, "
            "sau khi {sl} tấn đã tới {nuoc}.",
        ),
        "Hợp tác xã {htx} xuất {sl} tấn {q} sang {nuoc}.",
        {
            "htx": ("hợp tác xã", "Hợp tác xã nào xuất hàng?|Hợp tác xã tên gì?"),
            "q": ("mặt hàng", "Hợp tác xã bán quả gì?|Mặt hàng là gì?"),
            "sl": ("số tấn", "Bao nhiêu tấn đã được xuất?|Lô hàng nặng mấy tấn?"),
            "nuoc": ("nước đã mua", "Lô hàng đã sang nước nào?|Nước nào đã mua {q}?"),
            "nuoc2": ("nước sắp tới", "Sắp tới sẽ bán sang nước nào?|Nước tiếp theo là nước nào?"),
            "who": ("giám đốc", "Giám đốc là ai?|Ai đứng đầu hợp tác xã?"),
        },
    ),
    Frame(
        "chan_nuoi",
        "nông nghiệp",
        {
            "who": "person",
            "con": "animal",
            "n": "int 30 900 10",
            "xa": "hamlet",
            "von": "tr 20 95",
            "v": "person",
        },
        (
            "{who_t} ở {xa} nuôi {n} con {con}. [Vốn ban đầu|Số vốn] {von} do {v_t} cho "
            "[vay|mượn].",
            "{v_t} cho {who_t} vay {von} để nuôi {con}. [Đến nay|Bây giờ] trại ở {xa} có {n} con.",
            "Trại {con} của {who_t} ở {xa} [đã có|lên tới] {n} con, khởi đầu từ {von} "
            "[vay|mượn] của {v_t}.",
        ),
        "{who_t} nuôi {n} con {con} ở {xa}.",
        {
            "who": ("chủ trại", "Ai nuôi {con}?|Chủ trại là ai?"),
            "con": ("vật nuôi", "Trại nuôi con gì?|{who_a} nuôi con gì?"),
            "n": ("số con", "Trại có bao nhiêu con?|{who_a} nuôi mấy con?"),
            "xa": ("nơi nuôi", "Trại ở đâu?|{who_a} nuôi {con} ở đâu?"),
            "von": ("vốn", "{who_a} vay bao nhiêu?|Vốn là bao nhiêu?"),
            "v": ("người cho vay", "Ai cho {who_a} vay tiền?|Tiền vốn là của ai?"),
        },
    ),
)

GREEN = (
    Frame(
        "trong_cay",
        "môi trường",
        {
            "n": "int 200 9000 50",
            "cay": "sapling",
            "xa": "commune",
            "who": "person",
            "k": ("int 30 400 10"),
            "w": "moment",
        },
        (
            "{w}, {k} bạn trẻ trồng {n} cây {cay} ở {xa}. [Trưởng nhóm|Người dẫn đầu] là {who_t}.",
            "Nhóm của {who_t} [đưa|mang] {n} cây {cay} về trồng ở {xa} {w}. [Góp sức|Chung tay] "
            "có {k} bạn trẻ.",
            "{xa} [xanh hơn|có thêm bóng mát] với {n} cây {cay} do {who_t} cùng {k} bạn trẻ "
            "trồng {w}.",
        ),
        "{n} cây {cay} được trồng ở {xa}.",
        {
            "n": ("số cây", "Bao nhiêu cây được trồng?|Có mấy cây mới?"),
            "cay": ("loại cây", "Cây gì được trồng?|Đó là loại cây gì?"),
            "xa": ("nơi trồng", "Cây trồng ở đâu?|Nơi nào được trồng cây?"),
            "who": ("trưởng nhóm", "Ai dẫn đầu nhóm trồng cây?|Nhóm trồng cây của ai?"),
            "k": ("số bạn trẻ", "Bao nhiêu bạn trẻ tham gia?|Có mấy bạn trẻ đi trồng cây?"),
            "w": ("thời gian", "Cây được trồng khi nào?|Buổi trồng cây diễn ra lúc nào?"),
        },
    ),
    Frame(
        "don_rac",
        "môi trường",
        {
            "noi": "river",
            "kg": "int 200 5000 50",
            "who": "person",
            "k": "int 25 300 5",
            "h": ("hour 6 16"),
            "cho": "market",
        },
        (
            "Từ {h}, {k} người dọn rác dọc {noi}, [thu|vớt] {kg} kg. {who_t} [chở rác|gom rác] "
            "về bãi sau {cho}.",
            "{who_t} [kêu gọi|rủ] {k} người ra {noi} dọn rác từ {h}. {kg} kg rác được [đưa|chở] "
            "về sau {cho}.",
            "{kg} kg rác [được vớt|lấy lên] khỏi {noi} nhờ {k} người do {who_t} tập hợp lúc "
            "{h}, rồi chở tới {cho}.",
        ),
        "{k} người dọn {kg} kg rác ở {noi}.",
        {
            "noi": ("nơi dọn", "Mọi người dọn rác ở đâu?|Rác được dọn dọc dòng nào?"),
            "kg": ("số kg rác", "Thu được bao nhiêu kg rác?|Rác nặng mấy kg?"),
            "who": ("người đứng ra", "Người được nhắc tên là ai?|Ai lo việc dọn rác?"),
            "k": ("số người", "Bao nhiêu người dọn rác?|Có mấy người tham gia?"),
            "h": ("giờ", "Buổi dọn rác bắt đầu lúc mấy giờ?|Mấy giờ mọi người bắt đầu?"),
            "cho": ("nơi gần bãi rác", "Rác đưa về chợ nào?|Bãi rác gần chợ nào?"),
        },
    ),
    Frame(
        "tha_thu",
        "môi trường",
        {
            "con": "wild",
            "n": "int 2 40",
            "rung": "forest",
            "who": "person",
            "kl": "person m",
            "d": "date",
        },
        (
            "Kiểm lâm {kl} thả {n} con {con} về {rung} {d}. [Số thú này|Chúng] do {who_t} [giao "
            "nộp|tìm thấy].",
            "{who_t} [giao|nộp] {n} con {con} cho kiểm lâm {kl}. {d}, chúng [được thả|trở] về "
            "{rung}.",
            "{d}, {rung} [đón|có thêm] {n} con {con} do kiểm lâm {kl} thả. Người [giao nộp|cứu "
            "chúng] là {who_t}.",
        ),
        "{n} con {con} được thả về {rung}.",
        {
            "con": ("loài", "Loài nào được thả?|Con vật được thả là con gì?"),
            "n": ("số con", "Mấy con {con} được thả?|Có bao nhiêu con được thả?"),
            "rung": ("nơi thả", "Chúng được thả về đâu?|Nơi thả là khu rừng nào?"),
            "who": ("người giao", "Ai đem {con} tới?|Người giao nộp là ai?"),
            "kl": ("kiểm lâm", "Kiểm lâm tên gì?|Ai là người thả thú?"),
            "d": ("ngày thả", "Thú được thả ngày nào?|Ngày nào chúng được thả?"),
        },
    ),
    Frame(
        "nuoc_ban",
        "môi trường",
        {
            "ho": "lake",
            "m": "int 4 60",
            "who": "person",
            "cty": "firm",
            "phat": "tr 15 95",
            "xa": ("commune"),
        },
        (
            "Xưởng {cty} ở {xa} bị phạt {phat} vì xả thải ra {ho}. Cán bộ {who} đã lấy {m} mẫu "
            "nước [để thử|đem thử].",
            "{m} mẫu nước ở {ho} [đều bẩn|không đạt], cán bộ {who} cho biết. Xưởng {cty} tại "
            "{xa} phải nộp phạt {phat}.",
            "Cán bộ {who} lấy {m} mẫu nước {ho} và [phạt|ra quyết định phạt] xưởng {cty} của "
            "{xa} {phat}.",
        ),
        "Xưởng {cty} bị phạt {phat} vì làm bẩn {ho}.",
        {
            "ho": ("nơi bị bẩn", "Hồ nào bị bẩn?|Nước thải chảy vào đâu?"),
            "m": ("số mẫu", "Bao nhiêu mẫu nước được lấy?|Cán bộ lấy mấy mẫu?"),
            "who": ("cán bộ", "Cán bộ là ai?|Ai lấy mẫu nước?"),
            "cty": ("xưởng", "Xưởng nào bị phạt?|Xưởng tên gì?"),
            "phat": ("tiền phạt", "Tiền phạt là bao nhiêu?|Xưởng bị phạt bao nhiêu?"),
            "xa": ("nơi có xưởng", "Xưởng ở đâu?|Xưởng {cty} nằm ở đâu?"),
        },
    ),
)

FRAMES = FARM + GREEN
